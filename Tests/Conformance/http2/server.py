"""The server under test, its memory, and a caller that must not notice the attacks."""
import os
import re
import subprocess
import threading
import time

from peer import Peer, frame, grpc, message, DATA, END_HEADERS, END_STREAM


class Server:
    def __init__(self, binary, *flags, descriptors=None):
        command = [binary, "--port=0", *flags]
        if descriptors:
            command = ["prlimit", f"--nofile={descriptors}:{descriptors}", *command]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)\s*$", line).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def isRunning(self):
        return self.process.poll() is None

    def status(self, name):
        with open(f"/proc/{self.process.pid}/status") as lines:
            for line in lines:
                if line.startswith(name + ":"):
                    return int(line.split()[1])
        return 0

    def startMeasuring(self):
        """Forgets the peak, so that the next one is the attack's."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")
        self.before = self.status("VmRSS")

    def growth(self):
        """KiB that resident memory grew by at its peak."""
        return max(0, self.status("VmHWM") - self.before)

    def processorTime(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Neighbour:
    """Calls EmptyCall on a connection of its own, over and over, and takes the times."""

    def __init__(self, server):
        self.server = server
        self.calls = 0
        self.failures = 0
        self.slowest = 0.0
        self.isStopped = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def connect(self):
        return Peer(self.server.port, tls=self.server.isSecure, timeout=5)

    def run(self):
        peer, stream = self.connect(), 1
        while not self.isStopped:
            began = time.monotonic()
            peer.send(peer.headers(stream, grpc("EmptyCall"), END_HEADERS),
                      frame(DATA, END_STREAM, stream, message()))
            answer = peer.response(stream, 5)
            if answer is None or answer[0].get("grpc-status") != "0":
                self.failures += 1
                peer.close()
                peer, stream = self.connect(), -1
            self.calls += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            stream += 2
            peer.frames.clear()
            peer.seen = 0
            time.sleep(0.02)
        peer.close()

    def stop(self):
        self.isStopped = True
        self.thread.join(10)
