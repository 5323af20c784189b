say "The chain: a token is deployed, moves, and its events are read"
account() { "$programs/gensyn" wallet sign --dev-account "$1" --output json who | sed -E 's/.*"address":"([^"]+)".*/\1/'; }
treasury=$(account 0) holder=$(account 1)
deployed=$("$programs/gensyn" chain deploy --dev-account 0 Sources/Contracts/Artifacts/AIToken.json \
  "$treasury" "$(account 2)" "$(account 3)" "$(account 4)" "$(account 5)")
printf '%s\n' "$deployed" | head -n 5
token=$(sed -nE 's/^contract +//p' <<<"$deployed")
run "$programs/gensyn" chain call "$token" 'totalSupply()(uint256)'
run "$programs/gensyn" chain send --dev-account 0 "$token" 'transfer(address,uint256)' "$holder" 5ether
run "$programs/gensyn" chain call "$token" 'balanceOf(address)(uint256)' "$holder"
run "$programs/gensyn" chain logs --address "$token" --event 'Transfer(address,address,uint256)'
run curl --silent --show-error --fail -H 'content-type: application/json' \
  -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}' "http://$address/"
echo
