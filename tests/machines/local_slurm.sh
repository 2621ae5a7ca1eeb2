# shellcheck shell=bash
# Sourced: a whole Slurm of this machine alone, in a directory, on ports of its own. Needs root, for slurmd becomes the
# user of every job.

slurm_daemons=()

# Prints why this machine cannot run one; nothing where it can.
slurm_missing() {
  local program
  [[ "$(id -u)" -eq 0 ]] || { echo "Slurm's daemons need root"; return; }
  for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null ||
      { echo "there is no $program (Debian: slurm-wlm, munge)"; return; }
  done
}

# Two partitions of the same node: jobs in "urgent" preempt those in "normal", which get 20 seconds to save.
write_slurm_conf() {
  local directory="$1" host="$2" port="$3"
  cat <<END
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$directory/munge/socket,cred_expire=5
CryptoType=crypto/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.pid
SlurmctldLogFile=$directory/slurmctld.log
SlurmdLogFile=$directory/slurmd.log
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=normal Nodes=ALL Default=YES PriorityTier=1 GraceTime=20 State=UP
PartitionName=urgent Nodes=ALL PriorityTier=10 PreemptMode=off State=UP
END
}

# start_slurm DIRECTORY: returns when a job could begin. Sets SLURM_CONF.
start_slurm() {
  local directory="$1" host port i
  host="$(hostname -s)"
  port=$((23000 + $$ % 4000 * 2))
  PATH="$PATH:/usr/sbin"
  mkdir -p "$directory"/{munge,state,spool}
  chmod 755 "$directory" "$directory/munge"
  (umask 077 && head -c 128 /dev/urandom >"$directory/munge/key")
  write_slurm_conf "$directory" "$host" "$port" >"$directory/slurm.conf"
  export SLURM_CONF="$directory/slurm.conf"
  munged --force --foreground --key-file="$directory/munge/key" --socket="$directory/munge/socket" \
    --pid-file="$directory/munge/pid" --seed-file="$directory/munge/seed" >"$directory/munged.log" 2>&1 &
  slurm_daemons+=($!)
  for ((i = 0; i < 100; ++i)); do
    [[ -S "$directory/munge/socket" ]] && break
    sleep 0.1
  done
  slurmctld -D >"$directory/slurmctld.out" 2>&1 &
  slurm_daemons+=($!)
  slurmd -D >"$directory/slurmd.out" 2>&1 &
  slurm_daemons+=($!)
  for ((i = 0; i < 60; ++i)); do
    [[ "$(sinfo --noheader --format=%T --partition=normal 2>/dev/null)" == idle ]] && return 0
    sleep 0.5
  done
  echo "Slurm did not come up; the last lines of its logs:" >&2
  tail -n 5 "$directory"/*.log >&2
  return 1
}

# Ends the jobs, then the daemons.
stop_slurm() {
  scancel --user=root --signal=KILL --full 2>/dev/null
  kill "${slurm_daemons[@]}" 2>/dev/null
  wait "${slurm_daemons[@]}" 2>/dev/null
  slurm_daemons=()
}

# job_field JOB NAME: such as JobState, ExitCode, Restarts, Reason.
job_field() { scontrol show job "$1" 2>/dev/null | tr -s ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }
