"""Makes the messages of the conformance suite for Google's protobuf, in a folder of their own."""

import pathlib
import subprocess
import sys

PROTOS = pathlib.Path(__file__).resolve().parents[1] / "protos"


def make(folder: pathlib.Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={folder}",
         "conformance.proto"], check=True)
