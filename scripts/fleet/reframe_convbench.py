"""convbench as ReFrame tests: a fleet's tuning and its check on Slurm, PBS, LSF, Flux, ssh or this host,
by the site's own ReFrame configuration (PyPI ReFrame-HPC; tried with 4.10).

    reframe -c reframe_convbench.py -r --performance-report

ConvbenchShard races a part of a problem list (`convbench problems`), as a task of tune-array.sbatch does.
ConvbenchNetwork tunes a network, runs it with the plan, and holds the latency against the references of
its machine fingerprint. By environment variables, which decide what tests there are:

    CONVBENCH             the program (default: convbench)
    CONVBENCH_PROBLEMS    problems.json: a ConvbenchShard for each part; none without it
    CONVBENCH_PARTS       parts of the list (default: 1)
    CONVBENCH_NETWORKS    networks, commas between (default: lenet5)
    CONVBENCH_TUNE        more options for tune, such as --strategies direct,im2col
    CONVBENCH_THREADS     workers (default: auto)
    CONVBENCH_EXPORTS     where exports go, on a file system that the next step sees (default: the stage)
    CONVBENCH_REFERENCES  a JSON file, {"MACHINE ID": {"NETWORK": [ms, -0.05, 0.05]}}: the latency and how
                          far it may be off. A machine or network without an entry is only recorded.

Exit code 75 (invalid here) and results that are labelled invalid fail the sanity check.
"""

import json
import os
import shlex

import reframe as rfm
import reframe.utility.sanity as sn
from reframe.core.builtins import (
    deferrable, parameter, performance_function, run_after, run_before, sanity_function, variable)

PROGRAM = os.environ.get("CONVBENCH", "convbench")
PROBLEMS = os.environ.get("CONVBENCH_PROBLEMS", "")
PARTS = int(os.environ.get("CONVBENCH_PARTS", "1"))
NETWORKS = os.environ.get("CONVBENCH_NETWORKS", "lenet5").split(",")
TUNE = shlex.split(os.environ.get("CONVBENCH_TUNE", ""))
THREADS = os.environ.get("CONVBENCH_THREADS", "auto")
EXPORTS = os.environ.get("CONVBENCH_EXPORTS", ".")


class Convbench(rfm.RunOnlyRegressionTest):
    """What both have in common: a store of their own on the node, and an export of it."""

    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    executable = PROGRAM
    exclusive_access = True
    time_limit = "4h"

    def export(self, name):
        """After the tune: how it ended, and what it measured, whatever that was.

        The scratch folder is made by the job, since the node's disk is not here.
        """
        program = shlex.quote(PROGRAM)
        folder = shlex.quote(EXPORTS)
        file = f"{name}-try-${{SLURM_JOB_ID:-$$}}.jsonl"
        self.prerun_cmds = [
            'scratch=$(mktemp -d "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/convbench-XXXXXX")',
            f"mkdir -p {folder}",
        ]
        self.postrun_cmds = [
            'echo "tune ends with $?"',
            f'{program} store export --store "$scratch/store.sqlite" --output {folder}/{file}',
            'echo "export ends with $?"',
            'rm -rf "$scratch"',
        ]

    def ended(self, what):
        """The exit code that the job's script printed."""
        return sn.extractsingle(rf"^{what} ends with (\d+)$", self.stdout, 1, int)

    def succeeded(self, *steps):
        return sn.all([
            sn.assert_eq(self.ended(what), 0, f"{what} ends with {{0}}"
                         + (" (75: invalid on this node)" if what == "tune" else ""))
            for what in steps
        ])


if PROBLEMS:

    @rfm.simple_test
    class ConvbenchShard(Convbench):
        part = parameter(range(1, PARTS + 1))

        @run_after("init")
        def tune(self):
            self.descr = f"part {self.part} of {PARTS} of {PROBLEMS}"
            self.executable_opts = [
                "tune", "--problems", shlex.quote(os.path.abspath(PROBLEMS)), "--shard",
                f"{self.part}/{PARTS}", "--threads", THREADS, "--store", '"$scratch/store.sqlite"',
                "--require", "valid", *map(shlex.quote, TUNE),
            ]
            self.export(str(self.part))

        @sanity_function
        def is_done(self):
            return self.succeeded("tune", "export")


@rfm.simple_test
class ConvbenchNetwork(Convbench):
    network = parameter(NETWORKS)
    seconds = variable(float, value=3.0)

    @run_after("init")
    def tune_and_run(self):
        self.descr = f"tune and run {self.network}"
        self.executable_opts = [
            "tune", "--net", shlex.quote(self.network), "--threads", THREADS,
            "--store", '"$scratch/store.sqlite"', "--output", "plan.json", *map(shlex.quote, TUNE),
        ]
        self.export(self.network.replace("/", "-"))
        self.keep_files = ["plan.json", "report.json"]

    @run_before("run")
    def then_run(self):
        self.postrun_cmds += [
            f"{shlex.quote(PROGRAM)} run --plan plan.json --duration {self.seconds} --no-results --json"
            " > report.json",
            'echo "run ends with $?"',
        ]

    def report(self):
        with open(os.path.join(self.stagedir, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    @sanity_function
    def is_valid(self):
        return sn.all([
            self.succeeded("tune", "export", "run"),
            sn.assert_false(self.is_invalid(), "the run is invalid on this node"),
        ])

    @deferrable
    def is_invalid(self):
        return self.report()["report"]["validity"].startswith("invalid")

    @run_before("performance")
    def take_references(self):
        identity = self.report()["report"]["identity"]
        path = os.environ.get("CONVBENCH_REFERENCES", "")
        if not path:
            return
        with open(path, encoding="utf-8") as file:
            known = json.load(file).get(identity["machineID"], {}).get(self.network)
        if known:
            latency, low, high = known
            self.reference = {
                self.current_partition.fullname: {"latency": (latency, low, high, "ms")}}

    @performance_function("ms")
    def latency(self):
        return self.report()["report"]["latency"]["median"]

    @performance_function("images/s")
    def throughput(self):
        return self.report()["imagesPerSecond"]

    @performance_function("%")
    def percent_of_peak(self):
        return self.report()["percentOfPeak"]
