// What a program needs beside this module's own names: calls and their errors, the schema's
// messages and clients, keys, wallets, and the options of TLS.
@_exported public import Callers
@_exported public import KeyDerivation
@_exported public import Primitives
@_exported public import RPC
@_exported public import RPCClient
@_exported public import Receipts
@_exported public import Schema
@_exported public import Sodium
@_exported public import TLS
@_exported public import Wallet
