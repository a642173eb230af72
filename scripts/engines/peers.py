"""Runs networks on convbench and on other engines in turn. scripts/peers sets up and calls this.

For every network and thread count one process per engine loads the same exported model. Then they
take turns, round after round; whoever is not at turn is stopped (SIGSTOP), so that spinning
threads cost the others nothing.
"""

import argparse
import csv
import ctypes
import fcntl
import importlib.metadata
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time

import numpy

import table

HERE = os.path.dirname(os.path.abspath(__file__))
CONVBENCH = "convbench"
ENGINES = ["onnxruntime", "openvino", "torch", "ncnn", "litert"]
# What an engine needs to be run, and to have the model converted.
PACKAGES = {
    "onnxruntime": ["onnxruntime"],
    "openvino": ["openvino"],
    "torch": ["torch", "onnx"],
    "ncnn": ["ncnn", "pnnx"],
    "litert": ["ai-edge-litert", "onnx", "flatbuffers"],
}
# Outputs agree within this share of the output's range.
TOLERANCE = 1e-3
# An engine that takes longer to load a model or to answer has failed.
PATIENCE = 180
# As in Sources/Measurement/MeasurementRules.swift.
NOISY_VARIATION = 0.05
INVALID_DRIFT = 0.05


class Failure(Exception):
    """One line saying what an engine could not do."""


def note(text):
    print(text, file=sys.stderr, flush=True)


class Worker:
    """A process that answers lines of seconds with lines of JSON."""

    running = []

    def __init__(self, name, command, cpus, log):
        self.name = name
        self.log = log
        environment = dict(os.environ, OMP_NUM_THREADS=str(len(cpus)), PYTHONPATH=HERE)
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=environment, preexec_fn=lambda: restrain(cpus))
        Worker.running.append(self)
        self.rest = b""
        self.ready = self.answer()

    def turn(self, seconds):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(f"{seconds}\n".encode())
        self.process.stdin.flush()
        try:
            return self.answer()
        finally:
            self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)

    def finish(self):
        """The last answer, after which the process is gone."""
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        answer = self.answer()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"it does not end within {PATIENCE} s") from None
        Worker.running.remove(self)
        return answer

    def kill(self):
        self.process.kill()
        self.process.wait()
        if self in Worker.running:
            Worker.running.remove(self)

    def answer(self):
        """The next line that is JSON; anything else is an engine's chatter."""
        deadline = time.monotonic() + PATIENCE
        output = self.process.stdout.fileno()
        while True:
            line, found, rest = self.rest.partition(b"\n")
            if found:
                self.rest = rest
                if line.startswith(b"{"):
                    return json.loads(line)
                continue
            if not select.select([output], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Failure(f"no answer within {PATIENCE} s")
            data = os.read(output, 1 << 16)
            if not data:
                raise Failure(self.last_words())
            self.rest += data

    def last_words(self):
        with open(self.log, errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        return lines[-1][:300] if lines else "it ended without a word"


def restrain(cpus):
    """In the child: its CPUs, and death with its parent even while it is stopped."""
    os.sched_setaffinity(0, cpus)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def processors(threads):
    """A CPU per thread, each on a core of its own, from the last core on: the first has the
    system's interrupts."""
    cores = {}
    for cpu in sorted(os.sched_getaffinity(0)):
        path = f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        try:
            with open(path) as file:
                core = file.read().strip()
        except OSError:
            core = str(cpu)
        cores.setdefault(core, cpu)
    chosen = list(cores.values())[-threads:]
    if len(chosen) < threads:
        sys.exit(f"peers: {threads} threads on {len(chosen)} cores; give --threads at most that")
    return set(chosen)


def execute(command, cpus=None):
    """Runs a program to its end; its last words where it fails."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        preexec_fn=(lambda: restrain(cpus)) if cpus else None, errors="replace")
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        raise Failure(lines[-1][:300] if lines else f"exit code {done.returncode}")


class Network:
    """One network's model in the forms that the engines read, and one input."""

    def __init__(self, name, arguments, folder):
        self.name = name
        self.arguments = arguments
        self.folder = folder
        self.model = self.path("onnx")
        self.forms = {}
        execute([
            arguments.convbench, "export", "--net", name, "--batch", str(arguments.batch),
            "--output", self.model])
        self.input = self.path("input.npy")
        summary = subprocess.run(
            [arguments.convbench, "nets", name, "--batch", str(arguments.batch), "--json"],
            stdout=subprocess.PIPE, check=True).stdout
        noise = numpy.random.default_rng(1).standard_normal(json.loads(summary)["input"])
        numpy.save(self.input, noise.astype(numpy.float32))

    def path(self, ending):
        # Not the network's name: pnnx turns dashes and dots of file names into something else.
        return os.path.join(self.folder, f"net.{ending}")

    def form(self, engine):
        """The model as an engine reads it; converted on first use."""
        if engine in ["onnxruntime", "openvino"]:
            return self.model
        if engine not in self.forms:
            try:
                self.forms[engine] = getattr(self, engine)()
            except Failure as failure:
                self.forms[engine] = failure
        if isinstance(self.forms[engine], Failure):
            raise self.forms[engine]
        return self.forms[engine]

    def torch(self):
        script = self.path("pt")
        execute([sys.executable, os.path.join(HERE, "torch_model.py"), self.model, script])
        return script

    def ncnn(self):
        if self.arguments.batch != 1:
            raise Failure("ncnn runs one image at a time")
        # Its own reader of ONNX files would do, but the traced module is read more reliably.
        script = self.form("torch")
        shape = ",".join(map(str, numpy.load(self.input, mmap_mode="r").shape))
        program = os.path.join(os.path.dirname(sys.executable), "pnnx")
        execute([program, script, f"inputshape=[{shape}]f32", "fp16=0"])
        return script.removesuffix(".pt")

    def litert(self):
        model = self.path("tflite")
        execute([sys.executable, os.path.join(HERE, "tflite_model.py"), self.model, model])
        return model

    def plan(self, threads, cpus):
        """Tuned, or kept from an earlier run."""
        plan = os.path.join(self.arguments.plans, f"{self.name}-b{self.arguments.batch}-t{threads}.json")
        if not os.path.exists(plan):
            note(f"  tuning for {counted(threads)}")
            command = [
                self.arguments.convbench, "tune", "--net", self.name, "--threads", str(threads),
                "--batch", str(self.arguments.batch), "--output", plan]
            if self.arguments.store:
                command += ["--store", self.arguments.store]
            execute(command, cpus)
        return plan


def start(engine, network, threads, cpus):
    """A worker that has run the input once, and the output of that run."""
    output = network.path(f"{engine}.npy")
    log = network.path(f"{engine}.log")
    if engine == CONVBENCH:
        command = [
            network.arguments.convbench, "run", "--plan", network.plan(threads, cpus), "--turns",
            "--threads", str(threads), "--input", network.input, "--output", output]
    else:
        command = [
            sys.executable, os.path.join(HERE, "worker.py"), engine, network.form(engine),
            str(threads), network.input, output]
    worker = Worker(engine, command, cpus, log)
    worker.stop()
    return worker, numpy.load(output)


def error(output, expected):
    """The largest difference as a share of the expected output's range."""
    if output.size != expected.size:
        raise Failure(f"its output has {output.size} values, convbench's {expected.size}")
    output, expected = output.ravel().astype(float), expected.ravel().astype(float)
    return float(numpy.max(numpy.abs(output - expected)) / (expected.max() - expected.min()))


def measure(network, engines, threads, arguments):
    """One row of networks.csv per engine that ran, and what went wrong with the others."""
    cpus = processors(threads)
    workers, failures, outputs = [], {}, {}
    for engine in [CONVBENCH] + engines:
        try:
            worker, outputs[engine] = start(engine, network, threads, cpus)
            difference = error(outputs[engine], outputs[CONVBENCH])
            worker.difference = difference
            if not difference <= TOLERANCE:
                note(f"  {engine}: its output differs by {difference:.1e} of the range")
            workers.append(worker)
        except Failure as failure:
            if engine == CONVBENCH:
                raise
            failures[engine] = str(failure)
            for worker in [worker for worker in Worker.running if worker.name == engine]:
                worker.kill()
    samples = {worker.name: [] for worker in workers}
    speeds = []
    for number in range(arguments.rounds):
        # Each is first once, so that nobody always runs in the other's heat.
        shift = number % len(workers)
        for worker in workers[shift:] + workers[:shift]:
            if worker.name in failures:
                continue
            try:
                answer = worker.turn(arguments.seconds)
            except (Failure, BrokenPipeError) as failure:
                failures[worker.name] = str(failure)
                worker.kill()
                continue
            samples[worker.name] += answer["samples"]
            speeds += answer.get("speeds", [])
    if CONVBENCH in failures:
        raise Failure(failures[CONVBENCH])
    rows, own = [], None
    for worker in workers:
        if worker.name in failures:
            continue
        try:
            last = worker.finish()
        except Failure as failure:
            if worker.name == CONVBENCH:
                raise
            failures[worker.name] = str(failure)
            worker.kill()
            continue
        if worker.name == CONVBENCH:
            own = dict(last["row"])
            rows.append(row(own, None, samples[CONVBENCH], speeds, {}))
        else:
            rows.append(row(own, worker, samples[worker.name], speeds, last))
    return rows, failures


def row(own, worker, samples, speeds, last):
    """convbench's row with another engine's name and times."""
    row = dict(own)
    times = numpy.sort(numpy.array(samples))
    count = len(times)
    low, high = interval(count)
    median = float(numpy.median(times))
    step = max(1, (count + 99) // 100)
    gflops = float(own["gflops"]) * float(own["median_ms"]) / median
    row.update({
        "samples": count,
        "discarded": 0,
        "median_ms": median,
        "ci_low_ms": float(times[low]),
        "ci_high_ms": float(times[high]),
        "min_ms": float(times[0]),
        "p90_ms": float(numpy.quantile(times, 0.9)) if count >= 20 else "",
        "p99_ms": float(numpy.quantile(times, 0.99)) if count >= 200 else "",
        "images_per_s": int(own["batch"]) * 1000 / median,
        "gflops": gflops,
        "percent_of_peak": 100 * gflops / float(own["peak_gflops"]),
        "noise_floor_percent": noise_floor(samples),
        "validity": validity(times, speeds),
        "samples_ms": ";".join(f"{sample:.4g}" for sample in samples[::step]),
    })
    if worker is None:
        return row
    ready = worker.ready
    agrees = worker.difference <= TOLERANCE
    row.update({
        "run": os.urandom(4).hex(),
        "tool": worker.name,
        "tool_version": ready["version"],
        "isa": "",
        "choice": ready["setting"] + ("" if agrees else f"; differs by {worker.difference:.1e}"),
        # What only convbench knows of itself.
        "plan": "", "fusion": "", "strategies": "", "kernels": "", "commit": "", "compiler": "",
        "weights_bytes": "", "arena_bytes": "", "workspace_bytes": "",
        "max_rss_bytes": last["max_rss_bytes"],
    })
    return row


def noise_floor(samples):
    """As `NoiseFloor.drift`: how far the medians of the run's tenths wander, percent."""
    if len(samples) < 8:
        return ""
    parts = numpy.array_split(samples, min(10, len(samples) // 2))
    low, high = numpy.quantile([numpy.median(part) for part in parts], [0.25, 0.75])
    return 150 * (high - low) / low


def interval(count):
    """Places of the order statistics around the median that cover it with 95 %."""
    below, k, probability = 0.0, 0, 0.5 ** min(count, 1000)
    if count > 1000:
        half = 0.98 * count ** 0.5
        return int(count / 2 - half), min(count - 1, int(count / 2 + half))
    while k < count // 2:
        below += probability
        if 2 * below > 0.05:
            break
        probability *= (count - k) / (k + 1)
        k += 1
    return (0, count - 1) if k == 0 else (k - 1, count - k)


def validity(times, speeds):
    """By convbench's rules, the speeds from its probes between the turns."""
    drift = 1 - min(speeds) / max(speeds)
    variation = float(numpy.std(times, ddof=1) / numpy.mean(times)) if len(times) > 1 else 0
    reasons = []
    if drift > INVALID_DRIFT:
        reasons.append(f"speed drift {100 * drift:.1f} %")
    if variation > NOISY_VARIATION:
        reasons.append(f"CV {100 * variation:.1f} %")
    if not reasons:
        return "valid"
    return ("invalid: " if drift > INVALID_DRIFT else "noisy: ") + "; ".join(reasons)


def append(rows, path):
    """Whole rows, in the file's own column order, as convbench writes them."""
    with open(path, "a+", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        header = next(csv.reader(file), None)
        writer = csv.writer(file, lineterminator="\n")
        if header is None:
            header = list(rows[0])
            writer.writerow(header)
        missing = [name for name in rows[0] if name not in header]
        if missing:
            sys.exit(f"peers: {path} lacks {', '.join(missing)}; give another --output")
        for row in rows:
            writer.writerow([row.get(name, "") for name in header])


def done(path):
    """(network, threads, batch, engine) of the rows that are there."""
    if not os.path.exists(path):
        return set()
    with open(path, newline="") as file:
        return {
            (row["network"], row["threads"], row["batch"], row["tool"])
            for row in csv.DictReader(file)
        }


def installed(engines):
    present = []
    for engine in engines:
        try:
            for package in PACKAGES[engine]:
                importlib.metadata.version(package)
            present.append(engine)
        except importlib.metadata.PackageNotFoundError as missing:
            note(f"peers: {engine} left out: {missing.args[0]} is not installed")
    return present


def all_networks(convbench):
    """The classic suite's networks: the catalog has some under two names."""
    text = subprocess.run(
        [convbench, "nets", "--json"], stdout=subprocess.PIPE, check=True).stdout
    macs = {entry["name"]: entry["macs"] for entry in json.loads(text)}
    with open(os.path.join(HERE, "..", "..", "configs", "classic.json")) as file:
        names = {entry["net"] for entry in json.load(file)["networks"]}
    # Small ones first: a problem shows early.
    return sorted(names, key=lambda name: (macs[name], name))


def parsed():
    parser = argparse.ArgumentParser(
        prog="peers", description="convbench and other engines in turn on the same networks.")
    parser.add_argument("--nets", help="names joined by commas (default: the classic suite)")
    parser.add_argument("--threads", default="1,2", help="thread counts (default %(default)s)")
    parser.add_argument(
        "--engines", default=",".join(ENGINES), help="besides convbench (default %(default)s)")
    parser.add_argument("--batch", type=int, default=1, help="images at a time")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=0.3, help="of a turn (default %(default)s)")
    parser.add_argument(
        "--output", default="Results/peers", help="folder of networks.csv and peers.md")
    parser.add_argument("--resume", action="store_true", help="skip what the output has")
    parser.add_argument("--store", help="convbench's tuning store")
    parser.add_argument("--plans", help="folder of plans; those there are used as they are")
    parser.add_argument("--convbench", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.engines.split(",") if name not in PACKAGES]
    if unknown:
        parser.error(f"unknown engine {unknown[0]}; there are {', '.join(ENGINES)}")
    if not all(text.isdecimal() and int(text) > 0 for text in arguments.threads.split(",")):
        parser.error(f"--threads {arguments.threads}: numbers joined by commas, such as 1,2")
    if arguments.rounds < 1 or not arguments.seconds > 0:
        parser.error("--rounds and --seconds must be more than 0")
    return arguments


def counted(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


def main():
    arguments = parsed()
    arguments.plans = arguments.plans or os.path.join(arguments.output, "plans")
    for folder in (arguments.output, arguments.plans):
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            print(f"peers: {folder}: {error.strerror}; name another folder", file=sys.stderr)
            sys.exit(2)
    path = os.path.join(arguments.output, "networks.csv")
    engines = installed(arguments.engines.split(","))
    names = arguments.nets.split(",") if arguments.nets else all_networks(arguments.convbench)
    counts = [int(text) for text in arguments.threads.split(",")]
    failed = False
    begin = time.monotonic()
    for index, name in enumerate(names):
        present = done(path) if arguments.resume else set()
        missing = [
            threads for threads in counts
            if any((name, str(threads), str(arguments.batch), engine) not in present
                   for engine in [CONVBENCH] + engines)]
        if not missing:
            continue
        note(f"[{index + 1}/{len(names)}] {name} ({time.monotonic() - begin:.0f} s)")
        with tempfile.TemporaryDirectory(prefix="peers-") as folder:
            try:
                network = Network(name, arguments, folder)
                for threads in missing:
                    rows, failures = measure(network, engines, threads, arguments)
                    append(rows, path)
                    note(f"  {counted(threads)}: " + ", ".join(
                        f"{row['tool']} {row['median_ms']:.4g} ms" for row in rows))
                    for engine, why in failures.items():
                        note(f"  {engine}: {why}")
            except Failure as failure:
                failed = True
                note(f"  {name}: {failure}")
            finally:
                for worker in list(Worker.running):
                    worker.kill()
    text = table.markdown(path)
    with open(os.path.join(arguments.output, "peers.md"), "w") as file:
        file.write(text)
    print(text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        for worker in list(Worker.running):
            worker.kill()
        sys.exit(130)
