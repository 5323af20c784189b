"""Makes the stubs of grpc.testing for every peer from Debian's protos, in a folder of their own."""

import pathlib
import subprocess
import sys

PROTOS = pathlib.Path("/usr/share/grpc-proto/grpc/testing")
NAMES = ("empty", "messages", "test")


def copy_protos(folder: pathlib.Path) -> None:
    """The files as `interop/*.proto`: a Python package called `grpc` would hide grpcio's."""
    target = folder / "interop"
    target.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        text = (PROTOS / f"{name}.proto").read_text()
        (target / f"{name}.proto").write_text(text.replace("grpc/testing/", "interop/"))


def make_python(folder: pathlib.Path) -> None:
    copy_protos(folder)
    files = [f"interop/{name}.proto" for name in NAMES]
    tools = pathlib.Path(sys.executable).parent
    common = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", f"--python_out={folder}"]
    subprocess.run([*common, f"--grpc_python_out={folder}", *files], cwd=folder, check=True)
    subprocess.run(
        [*common, f"--plugin=protoc-gen-grpclib={tools}/protoc-gen-grpclib_python",
         f"--grpclib_out={folder}", "interop/test.proto"], cwd=folder, check=True)


def make_cpp(folder: pathlib.Path, sources: pathlib.Path) -> None:
    """The C++ client and server, against Debian's libgrpc++."""
    copy_protos(folder)
    files = [f"interop/{name}.proto" for name in NAMES]
    subprocess.run(["protoc", f"-I{folder}", f"--cpp_out={folder}", *files], cwd=folder, check=True)
    subprocess.run(
        ["protoc", f"-I{folder}", "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin",
         f"--grpc_out={folder}", "interop/test.proto"], cwd=folder, check=True)
    generated = [str(path) for path in sorted((folder / "interop").glob("*.cc"))]
    flags = ["-std=c++17", "-O1", "-w", f"-I{folder}"]
    subprocess.run(["g++", *flags, "-c", *generated], cwd=folder, check=True)
    objects = [str(path) for path in sorted(folder.glob("*.pb.o"))]
    for name in ("client", "server"):
        subprocess.run(
            ["g++", *flags, str(sources / f"{name}.cc"), *objects, "-o", str(folder / name),
             "-lgrpc++", "-lgrpc", "-lgpr", "-lprotobuf", "-labsl_synchronization", "-lpthread"],
            cwd=folder, check=True)
