"""web3.py and eth-account against the gateway's Ethereum JSON-RPC, over HTTP and WebSocket.

usage: run.py --bin FOLDER-WITH-THE-PROGRAMS [--only TEXT]
"""

import argparse
import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from hexbytes import HexBytes
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractLogicError, TransactionNotFound, Web3RPCError

ROOT = pathlib.Path(__file__).resolve().parents[3]
ARTIFACT = json.loads((ROOT / "Sources/Contracts/Artifacts/AIToken.json").read_text())
Account.enable_unaudited_hdwallet_features()
PHRASE = "test test test test test test test test test test test junk"
KEYS = [Account.from_mnemonic(PHRASE, account_path=f"m/44'/60'/0'/0/{i}") for i in range(8)]

CASES = []


def case(function):
    CASES.append(function)
    return function


class Gateway:
    """A gateway with a development chain, for as long as the block runs."""

    def __init__(self, programs, *arguments):
        self.programs = programs
        self.arguments = arguments

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [f"{self.programs}/gensyn-gateway", "--listen", "127.0.0.1:0", "--dev",
             "--log-level", "warning", *self.arguments],
            stdout=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())["listen"][0]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the gateway did not end well"
        self.folder.cleanup()

    def cli(self, *arguments, **environment):
        done = subprocess.run(
            [f"{self.programs}/gensyn", "--gateway", self.address, *arguments],
            capture_output=True, text=True, timeout=60,
            env={**os.environ, "GENSYN_WALLETS": self.folder.name,
                 "GENSYN_WALLET_PASSWORD": "open sesame", **environment})
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout.strip()


def fees(w3):
    tip = w3.eth.max_priority_fee
    return {"maxFeePerGas": 2 * w3.eth.get_block("latest")["baseFeePerGas"] + tip,
            "maxPriorityFeePerGas": tip}


def send(w3, key, transaction):
    transaction = {"chainId": w3.eth.chain_id, "nonce": w3.eth.get_transaction_count(key.address),
                   **transaction}
    signed = key.sign_transaction(transaction)
    hash = w3.eth.send_raw_transaction(signed.raw_transaction)
    assert hash == signed.hash
    return w3.eth.wait_for_transaction_receipt(hash, timeout=10)


def deploy(w3, key):
    contract = w3.eth.contract(abi=ARTIFACT["abi"], bytecode=ARTIFACT["bytecode"])
    types = [i["type"] for i in next(
        e for e in ARTIFACT["abi"] if e["type"] == "constructor")["inputs"]]
    assert all(t == "address" for t in types), types
    arguments = [KEYS[i].address for i in range(len(types))]
    transaction = contract.constructor(*arguments).build_transaction(
        {"from": key.address, "nonce": w3.eth.get_transaction_count(key.address), **fees(w3)})
    receipt = send(w3, key, transaction)
    assert receipt["status"] == 1, receipt
    return w3.eth.contract(address=receipt["contractAddress"], abi=ARTIFACT["abi"]), receipt


@case
def connects_and_knows_the_chain(w3, gateway):
    assert w3.is_connected()
    assert w3.eth.chain_id == 31337
    assert w3.net.version == "31337"
    assert w3.client_version.startswith("gensyn-gateway/")
    assert w3.eth.get_block("latest")["number"] == w3.eth.block_number
    assert w3.eth.get_balance(KEYS[0].address) >= 9_999 * 10**18
    assert w3.eth.accounts[0] == KEYS[0].address
    assert w3.eth.syncing is False


@case
def deploys_a_vyper_contract_and_reads_its_events(w3, gateway):
    token, receipt = deploy(w3, KEYS[0])
    code = w3.eth.get_code(token.address)
    assert len(code) > 1000
    events = token.events.Transfer().process_receipt(receipt)
    assert events, "the first supply writes an event"
    holder = events[0]["args"]["to"]
    supply = token.functions.totalSupply().call()
    assert supply == 10**10 * 10**18, supply
    owner = next(key for key in KEYS if key.address == holder)
    before = token.functions.balanceOf(holder).call()
    estimate = token.functions.transfer(KEYS[6].address, 123).estimate_gas({"from": holder})
    receipt = send(w3, owner, token.functions.transfer(KEYS[6].address, 123).build_transaction(
        {"from": holder, "gas": estimate, "nonce": w3.eth.get_transaction_count(holder), **fees(w3)}))
    assert receipt["status"] == 1 and receipt["gasUsed"] <= estimate <= receipt["gasUsed"] * 1.2
    assert token.functions.balanceOf(KEYS[6].address).call() == 123
    assert token.functions.balanceOf(holder).call() == before - 123
    logs = token.events.Transfer().get_logs(
        from_block=0, argument_filters={"to": KEYS[6].address})
    assert len(logs) == 1 and logs[0]["args"]["value"] == 123, logs
    try:
        token.functions.transfer(KEYS[0].address, 10**40).call({"from": KEYS[6].address})
        raise AssertionError("more than there is cannot be sent")
    except ContractLogicError:
        pass


@case
def sends_every_type_of_transaction(w3, gateway):
    to = KEYS[3].address
    before = w3.eth.get_balance(to)
    common = {"to": to, "value": 1, "gas": 60_000}
    price = 3 * 10**9
    for extra in [
        {"gasPrice": price},
        {"type": 1, "gasPrice": price, "accessList": [
            {"address": to, "storageKeys": ["0x" + "00" * 32]}]},
        {"type": 2, **fees(w3)},
    ]:
        receipt = send(w3, KEYS[0], {**common, **extra})
        assert receipt["status"] == 1 and receipt["type"] == extra.get("type", 0)
        found = w3.eth.get_transaction(receipt["transactionHash"])
        assert found["from"] == KEYS[0].address and found["blockNumber"] == receipt["blockNumber"]
    assert w3.eth.get_balance(to) == before + 3


@case
def delegates_an_account_with_type_4(w3, gateway):
    token, _ = deploy(w3, KEYS[0])
    authority = KEYS[2]
    authorization = authority.sign_authorization({
        "chainId": w3.eth.chain_id, "address": token.address,
        "nonce": w3.eth.get_transaction_count(authority.address)})
    receipt = send(w3, KEYS[0], {
        "to": authority.address, "value": 0, "gas": 200_000, "type": 4,
        "authorizationList": [authorization], "data": "0x", **fees(w3)})
    assert receipt["type"] == 4
    code = w3.eth.get_code(authority.address)
    assert code == HexBytes("0xef0100" + token.address[2:]), code
    found = w3.eth.get_transaction(receipt["transactionHash"])
    assert len(found["authorizationList"]) == 1


@case
def says_no_in_the_words_that_wallets_know(w3, gateway):
    key = KEYS[0]
    nonce = w3.eth.get_transaction_count(key.address)
    base = {"to": KEYS[1].address, "value": 1, "gas": 21_000, "chainId": w3.eth.chain_id, **fees(w3)}

    def refusal(**changes):
        signed = key.sign_transaction({**base, **changes})
        try:
            w3.eth.send_raw_transaction(signed.raw_transaction)
        except Web3RPCError as error:
            return error.rpc_response["error"]["message"]
        raise AssertionError(f"{changes} was taken")

    assert refusal(nonce=nonce - 1).startswith("nonce too low")
    assert "insufficient funds" in refusal(nonce=nonce, value=10**30)
    assert refusal(nonce=nonce, gas=20_000).startswith("intrinsic gas too low")
    assert refusal(nonce=nonce, chainId=1).startswith("invalid chain id")
    gap = key.sign_transaction({**base, "nonce": nonce + 3})
    w3.eth.send_raw_transaction(gap.raw_transaction)
    assert refusal(nonce=nonce + 3, value=2) == "replacement transaction underpriced"
    assert w3.eth.get_transaction(gap.hash)["blockNumber"] is None
    try:
        w3.eth.get_transaction("0x" + "11" * 32)
        raise AssertionError("found what is not there")
    except TransactionNotFound:
        pass
    # The gap closes: what waited follows.
    for offset in range(3):
        send(w3, key, {**base, "nonce": nonce + offset})
    assert w3.eth.wait_for_transaction_receipt(gap.hash, timeout=10)["status"] == 1


@case
def answers_fees_proofs_storage_and_filters(w3, gateway):
    token, receipt = deploy(w3, KEYS[0])
    history = w3.eth.fee_history(4, "latest", [10, 50])
    assert len(history["baseFeePerGas"]) == len(history["gasUsedRatio"]) + 1
    proof = w3.eth.get_proof(token.address, [0, 1], "latest")
    assert proof["storageHash"] != HexBytes("0x" + "00" * 32)
    assert len(proof["storageProof"]) == 2 and len(proof["accountProof"]) > 0
    assert len(w3.eth.get_storage_at(token.address, 0)) == 32
    listing = w3.eth.create_access_list(
        {"from": KEYS[0].address, "to": token.address,
         "data": token.encode_abi("balanceOf", [KEYS[0].address])})
    assert listing["accessList"], listing
    blocks = w3.eth.filter("latest")
    logs = w3.eth.filter({"address": token.address})
    receipt = send(w3, KEYS[0], {"to": KEYS[1].address, "value": 1, "gas": 21_000, **fees(w3)})
    assert receipt["blockHash"] in blocks.get_new_entries()
    assert logs.get_new_entries() == []
    receipts = w3.eth.get_block_receipts(receipt["blockNumber"])
    assert receipts[0]["transactionHash"] == receipt["transactionHash"]


@case
def traces_what_happened(w3, gateway):
    token, receipt = deploy(w3, KEYS[0])
    hash = Web3.to_hex(receipt["transactionHash"])
    calls = w3.provider.make_request("debug_traceTransaction", [hash, {"tracer": "callTracer"}])
    assert calls["result"]["type"] == "CREATE"
    assert int(calls["result"]["gasUsed"], 16) == receipt["gasUsed"]
    steps = w3.provider.make_request("debug_traceTransaction", [hash])["result"]
    assert steps["gas"] == receipt["gasUsed"] and not steps["failed"]
    assert len(steps["structLogs"]) > 100
    state = w3.provider.make_request(
        "debug_traceTransaction",
        [hash, {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}])["result"]
    assert token.address.lower() in state["post"] and token.address.lower() not in state["pre"]


@case
def answers_batches(w3, gateway):
    with w3.batch_requests() as batch:
        batch.add(w3.eth.get_block("latest"))
        batch.add(w3.eth.get_balance(KEYS[0].address))
        first, second = batch.execute()
    assert first["number"] == w3.eth.block_number and second > 0


@case
def development_cheats_work(w3, gateway):
    def ask(method, *parameters):
        answer = w3.provider.make_request(method, list(parameters))
        assert "error" not in answer, answer
        return answer["result"]

    stranger = "0x00000000000000000000000000000000DeaDBeef"
    id = ask("evm_snapshot")
    ask("anvil_setBalance", stranger, hex(10**18))
    assert w3.eth.get_balance(stranger) == 10**18
    ask("hardhat_impersonateAccount", stranger)
    hash = ask("eth_sendTransaction", {"from": stranger, "to": KEYS[1].address, "value": "0x1"})
    assert w3.eth.wait_for_transaction_receipt(hash, timeout=10)["status"] == 1
    number = w3.eth.block_number
    moment = w3.eth.get_block("latest")["timestamp"]
    ask("evm_increaseTime", 3600)
    ask("evm_mine")
    ask("anvil_mine", "0x5")
    assert w3.eth.block_number == number + 6
    assert w3.eth.get_block("latest")["timestamp"] >= moment + 3600
    assert ask("evm_revert", id) is True
    assert w3.eth.block_number < number and w3.eth.get_balance(stranger) == 0


@case
def signatures_agree_both_ways(w3, gateway):
    key = gateway.cli("wallet", "new", "--light", "me")
    message = "I♥SF 123"
    ours = gateway.cli("wallet", "sign", "--wallet", "me", message)
    assert Account.recover_message(encode_defunct(text=message), signature=ours) == key
    theirs = KEYS[1].sign_message(encode_defunct(text=message)).signature
    assert gateway.cli("wallet", "sign", "--dev-account", "1", message) == Web3.to_hex(theirs)
    typed = {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
            "Order": [{"name": "maker", "type": "address"}, {"name": "amounts", "type": "uint256[]"},
                      {"name": "inner", "type": "Inner[2]"}, {"name": "memo", "type": "bytes"}],
            "Inner": [{"name": "flag", "type": "bool"}, {"name": "delta", "type": "int64"}],
        },
        "primaryType": "Order",
        "domain": {"name": "test", "chainId": 31337},
        "message": {"maker": KEYS[0].address, "amounts": [1, 2**255], "memo": "0x1234",
                    "inner": [{"flag": True, "delta": -5}, {"flag": False, "delta": 7}]},
    }
    path = pathlib.Path(gateway.folder.name) / "typed.data"
    path.write_text(json.dumps(typed))
    ours = gateway.cli("wallet", "sign-typed", "--wallet", "me", str(path))
    assert Account.recover_message(encode_typed_data(full_message=typed), signature=ours) == key
    exported = gateway.cli("wallet", "export", "me")
    assert Account.from_key(Account.decrypt(exported, "open sesame")).address == key
    mode = os.stat(pathlib.Path(gateway.folder.name) / "me.json").st_mode & 0o777
    assert mode == 0o600, oct(mode)
    foreign = pathlib.Path(gateway.folder.name) / "foreign.data"
    foreign.write_text(json.dumps(Account.encrypt(KEYS[3].key, "open sesame", kdf="scrypt", iterations=4096)))
    assert gateway.cli("wallet", "import", "--light", "--secret-file", str(foreign), "them") == KEYS[3].address


@case
def the_command_line_does_what_cast_does(w3, gateway):
    artifact = str(ROOT / "Sources/Contracts/Artifacts/AIToken.json")
    types = [i["type"] for i in next(
        e for e in ARTIFACT["abi"] if e["type"] == "constructor")["inputs"]]
    arguments = [KEYS[i].address for i in range(len(types))]
    done = json.loads(gateway.cli(
        "-o", "json", "chain", "deploy", "--dev-account", "0", artifact, *arguments))
    receipt = w3.eth.get_transaction_receipt(
        "0x" + __import__("base64").b64decode(done["hash"]).hex())
    token = receipt["contractAddress"]
    supply = gateway.cli("chain", "call", token, "totalSupply()(uint256)")
    assert supply == str(10**28), supply
    assert gateway.cli("chain", "call", token, "name()(string)")
    events = gateway.cli("chain", "logs", "--address", token,
                         "--event", "Transfer(address,address,uint256)")
    assert events.count("\n") == len(types) - 1 and token in events
    sent = gateway.cli("chain", "send", "--dev-account", "1", "--value", "1.5ether",
                       KEYS[4].address)
    assert "succeeded" in sent
    assert "nonce" in gateway.cli("chain", "account", KEYS[4].address)
    assert gateway.cli("chain", "estimate", KEYS[4].address, "--value", "1") == "21000"
    hash = sent.split()[1]
    assert "CALL" in gateway.cli("chain", "trace", hash)
    assert "succeeded" in gateway.cli("chain", "tx", hash)
    assert "state root" in gateway.cli("chain", "proof", token, "0")
    height = json.loads(gateway.cli("-o", "json", "chain", "head"))["latest"].get("height", "0")
    assert int(height) == w3.eth.block_number
    watched = gateway.cli("chain", "watch", "blocks", "--from-height", "0", "--count", "2")
    assert watched.splitlines()[1].startswith("+ 1 ")
    assert hash in gateway.cli("chain", "block", "latest")


async def follows_subscriptions(address):
    url = f"ws://{address}/"
    async with AsyncWeb3(WebSocketProvider(url)) as w3:
        heads = await w3.eth.subscribe("newHeads")
        pending = await w3.eth.subscribe("newPendingTransactions")
        logs = await w3.eth.subscribe("logs", {})
        http = Web3(Web3.HTTPProvider(f"http://{address}/rpc"))
        token, receipt = deploy(http, KEYS[0])
        seen = {heads: [], pending: [], logs: []}

        async def read():
            async for message in w3.socket.process_subscriptions():
                seen[message["subscription"]].append(message["result"])
                if all(seen.values()):
                    return

        await asyncio.wait_for(read(), 15)
        assert seen[heads][0]["number"] == receipt["blockNumber"], seen
        assert seen[heads][0]["hash"] == receipt["blockHash"]
        assert receipt["transactionHash"] in [HexBytes(h) for h in seen[pending]]
        assert seen[logs][0]["address"] == token.address
        assert await w3.eth.unsubscribe(heads)
        assert await w3.eth.chain_id == 31337
        assert (await w3.eth.get_block("latest"))["number"] == receipt["blockNumber"]


@case
def web_sockets_carry_calls_and_subscriptions(w3, gateway):
    asyncio.run(follows_subscriptions(gateway.address))


@case
def another_gateway_follows_to_the_same_roots(w3, gateway):
    # A chain of its own: cheats change states without a block, which nobody can follow.
    with Gateway(gateway.programs) as first:
        leader = Web3(Web3.HTTPProvider(f"http://{first.address}"))
        deploy(leader, KEYS[0])
        with Gateway(gateway.programs, "--follow", first.address) as second:
            other = Web3(Web3.HTTPProvider(f"http://{second.address}/rpc"))
            for _ in range(20):
                send(leader, KEYS[0], {"to": KEYS[1].address, "value": 1, "gas": 21_000, **fees(leader)})
            for _ in range(150):
                if other.eth.block_number == leader.eth.block_number:
                    break
                time.sleep(0.1)
            ours, theirs = leader.eth.get_block("latest"), other.eth.get_block("latest")
            assert ours["number"] == 21, ours
            assert ours["hash"] == theirs["hash"] and ours["stateRoot"] == theirs["stateRoot"]


@case
def a_chain_on_disk_comes_back(w3, gateway):
    with tempfile.TemporaryDirectory() as folder:
        with Gateway(gateway.programs, "--data-dir", folder) as first:
            before = Web3(Web3.HTTPProvider(f"http://{first.address}"))
            token, _ = deploy(before, KEYS[0])
            head = before.eth.get_block("latest")["hash"]
        with Gateway(gateway.programs, "--data-dir", folder) as second:
            after = Web3(Web3.HTTPProvider(f"http://{second.address}"))
            assert after.eth.get_block("latest")["hash"] == head
            contract = after.eth.contract(address=token.address, abi=ARTIFACT["abi"])
            assert contract.functions.totalSupply().call() == 10**28


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    passed = total = 0
    with Gateway(options.bin) as gateway:
        w3 = Web3(Web3.HTTPProvider(f"http://{gateway.address}/"))
        for function in CASES:
            if options.only not in function.__name__:
                continue
            total += 1
            try:
                function(w3, gateway)
                passed += 1
                print(f"ok   {function.__name__}")
            except Exception:
                print(f"FAIL {function.__name__}\n{traceback.format_exc()}")
    print(f"conformance-web3: {passed}/{total}")
    return passed != total


if __name__ == "__main__":
    sys.exit(main())
