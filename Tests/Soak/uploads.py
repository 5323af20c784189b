#!/usr/bin/env python3
"""kill -9 during uploads, in random places: what was acknowledged is there, what is finished is whole.

Each round starts an upload, asks how much is durable, kills the gateway, starts it again, checks that
no acknowledged byte is missing, and lets the client resume. usage: uploads.py PROGRAMS [ROUNDS [SEED]]
"""
import json, os, random, signal, subprocess, sys, tempfile, time
from pathlib import Path

programs = Path(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
random.seed(seed)
work = Path(tempfile.mkdtemp(prefix="soak-uploads-"))


class Gateway:
    def __init__(self):
        self.process = subprocess.Popen(
            [programs / "gensyn-gateway", "--listen", "127.0.0.1:0", "--data-dir", work / "data",
             "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the gateway did not start")
        self.address = json.loads(line)["listen"][0]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def gensyn(gateway, *arguments):
    return subprocess.run(
        [programs / "gensyn", "--gateway", gateway.address, *arguments],
        capture_output=True, text=True, timeout=120)


def received(gateway, digest):
    import base64
    request = json.dumps({"hash": base64.b64encode(bytes.fromhex(digest)).decode()})
    answer = gensyn(gateway, "call", "gensyn.ree.v1.ArtifactService/GetUpload", request)
    if answer.returncode:
        return 0
    upload = json.loads(answer.stdout)
    upload = upload.get("upload", upload)
    return int(upload.get("receivedSizeBytes", 0))


failures = interrupted = number = 0
gateway = Gateway()
# Some uploads are over before the kill: those prove little, so they do not count as rounds.
while interrupted < rounds and number < rounds * 6:
    number += 1
    size = random.randint(1 << 20, 48 << 20)
    path = work / "file"
    path.write_bytes(random.randbytes(size))
    # The hash comes from a store of its own: the programs under test do not judge themselves there.
    digest = subprocess.run(
        [sys.executable, "-c", "import sys,blake3;print(blake3.blake3(open(sys.argv[1],'rb').read()).hexdigest())", path],
        capture_output=True, text=True, check=True).stdout.strip()
    put = subprocess.Popen(
        [programs / "gensyn", "--gateway", gateway.address, "artifact", "put", path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    time.sleep(random.random() * 0.35 * size / (48 << 20))
    acknowledged = received(gateway, digest) if put.poll() is None else 0
    was_running = put.poll() is None
    gateway.kill()
    put.wait()
    interrupted += was_running
    gateway = Gateway()
    there = received(gateway, digest)
    stored = gensyn(gateway, "artifact", "stat", digest).returncode == 0
    if there < acknowledged and not stored:
        failures += 1
        print(f"round {number}: {acknowledged} bytes were acknowledged, {there} are there")
    again = gensyn(gateway, "artifact", "put", path)
    if again.returncode or again.stdout.split()[0] != digest:
        failures += 1
        print(f"round {number}: the upload did not resume: {again.stderr.strip()}")
    fetched = work / "fetched"
    fetched.unlink(missing_ok=True)
    got = gensyn(gateway, "artifact", "get", digest, "--output-file", fetched)
    if got.returncode or fetched.read_bytes() != path.read_bytes():
        failures += 1
        print(f"round {number}: what came back differs: {got.stderr.strip()}")
    gensyn(gateway, "artifact", "delete", digest)
gateway.kill()
print(f"seed {seed}, {interrupted} of {number} uploads were cut by the kill")
print(f"soak-uploads: {interrupted - failures}/{rounds}")
sys.exit(failures > 0 or interrupted < rounds)
