"""One engine with one network, measured when it is told to.

    worker.py ENGINE MODEL THREADS INPUT.npy OUTPUT.npy

Loads the model, runs INPUT once and writes OUTPUT. Standard input then has seconds, a line each;
every line is answered with a line of JSON: the latencies of that turn in milliseconds. When the
input ends, the last line is the largest resident size. `convbench run --turns` talks the same way.
"""

import gc
import json
import sys
import time

import numpy

import engines

WARM_UPS = 2
SAMPLES_AT_LEAST = 2


def resident(field):
    """VmRSS or VmHWM of this process, bytes."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    return 0


def forget_largest():
    """VmHWM counts from now on. Some containers forbid it; then it is that of the whole process."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def turn(run, seconds):
    for _ in range(WARM_UPS):
        run()
    clock = time.perf_counter_ns
    samples = []
    end = clock() + int(seconds * 1e9)
    while True:
        start = clock()
        run()
        stop = clock()
        samples.append((stop - start) / 1e6)
        if stop >= end and len(samples) >= SAMPLES_AT_LEAST:
            return samples


def main():
    name, model, threads, source, target = sys.argv[1:]
    # Answers have standard output for themselves, whatever an engine prints.
    answers = open(sys.stdout.fileno(), "w", closefd=False)
    sys.stdout = sys.stderr

    def answer(value):
        print(json.dumps(value), file=answers, flush=True)

    x = numpy.load(source)
    interpreter = resident("VmRSS")
    forget_largest()
    engine = engines.ENGINES[name](model, x, int(threads))
    output = engine.output()
    if output.dtype != numpy.float32:
        sys.exit(f"{name} gave {output.dtype}, not float32")
    numpy.save(target, output)
    answer({"ready": name, "version": engine.version, "setting": engine.setting})
    # A collection in the middle of an inference is Python's time, not the engine's.
    gc.disable()
    for line in sys.stdin:
        answer({"samples": turn(engine.run, float(line))})
    # Without the interpreter and NumPy, with the engine's libraries.
    answer({"max_rss_bytes": resident("VmHWM") - interpreter})


if __name__ == "__main__":
    main()
