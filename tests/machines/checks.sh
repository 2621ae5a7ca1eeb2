# shellcheck shell=bash
# Sourced: what the tests of this folder say, and the tiny run that they try, in a directory of its own.

failures=0
directory="$(mktemp -d)"

# check WHAT COMMAND...: prints whether it holds.
check() {
  local what="$1"
  shift
  if "$@"; then
    echo "holds: $what"
  else
    echo "FAILED: $what"
    failures=$((failures + 1))
  fi
}

# wait_until SECONDS COMMAND...
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

write_recipe() {
  cat <<'END'
{
  "description": "for the tests of the job scripts",
  "model": { "type": "alexnet", "variant": "small", "num_classes": 4, "input_channels": 1, "image_size": 28 },
  "data": { "type": "synthetic", "channels": 1, "mean": [0.5], "std": [0.25], "num_loader_threads": 1,
            "synthetic": { "train_size": 64, "eval_size": 30, "classes": 4, "height": 28, "width": 28 } },
  "augment": { "train": [ { "op": "pad_and_random_crop", "padding": 2, "size": 28 } ], "eval": [] },
  "optimizer": { "type": "sgd", "momentum": 0.9, "weight_decay": 0 },
  "schedule": { "type": "constant", "base_learning_rate": 0.0001 },
  "train": { "num_epochs": 100, "global_batch_size": 8, "eval_batch_size": 10, "seed": 5, "num_compute_threads": 1 },
  "checkpoint": { "every_steps": 20, "keep": 2 },
  "log": { "every_steps": 10 }
}
END
}

has_saved() { [[ -e "$directory/$1/checkpoints/last/MANIFEST.json" ]]; }
weights() { sha256sum <"$directory/$1/checkpoints/last/model.safetensors"; }
same_weights() { [[ "$(weights "$1")" == "$(weights "$2")" ]]; }
