#!/usr/bin/env bash
# Runs the job scripts of scripts/slurm on a real Slurm, which it starts for itself on this machine.
#
#   tests/machines/slurm_test.sh BIN [--long]
#
#   BIN     folder of the programs
#   --long  also lets a job run into its time limit, which takes two minutes
#
# Prints a line for each thing that holds. Exit codes: 0 all hold, 1 not; with "SKIPPED: reason" nothing was tried.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=tests/machines/local_slurm.sh
source tests/machines/local_slurm.sh

TOPFIVE_BIN="$(cd "$1" && pwd)" || exit 1
export TOPFIVE_BIN
long="${2:-}"
missing="$(slurm_missing)"
if [[ -n $missing ]]; then
  echo "SKIPPED: $missing"
  exit 0
fi
# shellcheck source=tests/machines/checks.sh
source tests/machines/checks.sh

finish() {
  if ((failures > 0)); then tail -n 20 "$directory"/*.log "$directory"/job-*; fi
  stop_slurm
  rm -rf "$directory"
}
trap finish EXIT

# train_arguments RUN: sets `arguments`.
train_arguments() {
  arguments=(--config "$directory/recipe.json" --data "$directory" --out "$directory/$1" --devices cpu)
}

# submit RUN SBATCH_OPTION...: prints the number of a training job of two ranks, whose messages go to job-RUN.
submit() {
  local run="$1"
  shift
  train_arguments "$run"
  sbatch --parsable --gpus-per-node=0 --cpus-per-task=1 --output="$directory/job-$run" "$@" \
    scripts/slurm/train.sbatch "${arguments[@]}"
}

says() { grep -q -- "$2" "$directory/job-$1" 2>/dev/null; }
in_state() { [[ "$(job_field "$1" JobState)" == "$2" ]]; }
has_ended() { [[ "$(job_field "$1" JobState)" =~ ^(COMPLETED|FAILED|TIMEOUT|CANCELLED|NODE_FAIL)$ ]]; }
restarted_once() { [[ "$(job_field "$1" Restarts)" == 1 ]]; }

# A job that went back into the queue is held for a while by Slurm; who waits for it need not wait for that.
begin_now() {
  scontrol update "jobid=$1" starttime=now 2>/dev/null
  has_ended "$1"
}

goes_on_to_the_same_bits() {
  local job="$1" run="$2"
  check "$run: the job went back into the queue once" wait_until 30 restarted_once "$job"
  wait_until 120 begin_now "$job"
  check "$run: it went on and ended" in_state "$job" COMPLETED
  check "$run: the second part began at the checkpoint" says "$run" "resum"
  check "$run: the weights are those of a run that nobody stopped" same_weights "$run" whole
}

signal_before_the_end() {
  local job
  job="$(submit signalled)"
  wait_until 60 has_saved signalled
  scancel --signal=USR1 "$job"
  check "signalled: the ranks were found by Slurm's variables" says signalled "found by Slurm's variables"
  check "signalled: it stopped with 75" wait_until 30 says signalled "stopped, checkpoint saved: back into the queue"
  goes_on_to_the_same_bits "$job" signalled
}

preemption() {
  local job urgent
  job="$(submit preempted)"
  wait_until 60 has_saved preempted
  urgent="$(sbatch --parsable --partition=urgent --ntasks=2 --output=/dev/null --wrap="sleep 2")"
  check "preempted: SIGTERM made it save" wait_until 40 says preempted "stopped by SIGTERM"
  check "preempted: the urgent job ran" wait_until 60 in_state "$urgent" COMPLETED
  goes_on_to_the_same_bits "$job" preempted
}

a_chain_of_jobs() {
  local jobs=()
  train_arguments chain
  mapfile -t jobs < <(bash scripts/slurm/requeue.sbatch 2 --gpus-per-node=0 --cpus-per-task=1 \
    --output="$directory/job-chain" -- "${arguments[@]}" | sed -n 's/^job //p')
  wait_until 60 has_saved chain
  scancel --signal=USR1 "${jobs[0]}"
  check "chain: the first job ended with 75" wait_until 30 ended_with "${jobs[0]}" 75
  check "chain: it said that it may not go back into the queue" says chain "may not be requeued"
  wait_until 120 has_ended "${jobs[1]}"
  check "chain: the second ended the run" ended_with "${jobs[1]}" 0
  check "chain: the weights are those of a run that nobody stopped" same_weights chain whole
}

ended_with() { [[ "$(job_field "$1" ExitCode)" == "$2:0" ]] && has_ended "$1"; }

a_mistake_is_not_repeated() {
  local job
  train_arguments mistake
  job="$(sbatch --parsable --gpus-per-node=0 --cpus-per-task=1 --output="$directory/job-mistake" \
    scripts/slurm/train.sbatch "${arguments[@]}" --set optimizer.momentun=0.9)"
  wait_until 60 has_ended "$job"
  check "mistake: the job's exit code is train's" ended_with "$job" 78
  check "mistake: it is named" says mistake 'did you mean "momentum"'
}

an_evaluation() {
  local job
  job="$(sbatch --parsable --gpus-per-node=0 --cpus-per-task=1 --ntasks-per-node=2 --output="$directory/job-eval" \
    scripts/slurm/eval.sbatch --devices cpu --checkpoint "$directory/whole" --data "$directory")"
  wait_until 60 has_ended "$job"
  check "eval: exit code 0" ended_with "$job" 0
  check "eval: the error is that of the run's last evaluation" says eval "$(last_error)"
  check "eval: it is told once" test "$(grep -c 'top-1 error' "$directory/job-eval")" == 1
}

last_error() { grep -o "top-1 error .*wrong), top-5" "$directory/job-whole" | tail -n 1 | sed 's/, top-5//'; }

# The script asks for the signal five minutes before the end; here it comes fifty seconds after the beginning.
the_time_limit() {
  local job
  train_arguments limit
  job="$(sbatch --parsable --gpus-per-node=0 --cpus-per-task=1 --output="$directory/job-limit" --time=2 \
    --signal=USR1@70 scripts/slurm/train.sbatch "${arguments[@]}" --set train.num_epochs=100000)"
  check "limit: the signal before the time limit made it save" wait_until 150 says limit "stopped by SIGUSR1"
  scancel "$job"
}

write_recipe >"$directory/recipe.json"
if ! start_slurm "$directory"; then
  echo "SKIPPED: Slurm is installed, but does not come up on this machine; see the lines above"
  exit 0
fi
whole="$(submit whole)"
wait_until 120 has_ended "$whole"
check "whole: a job of two ranks trains" in_state "$whole" COMPLETED
signal_before_the_end
preemption
a_chain_of_jobs
a_mistake_is_not_repeated
an_evaluation
if [[ $long == --long ]]; then the_time_limit; fi
((failures == 0))
