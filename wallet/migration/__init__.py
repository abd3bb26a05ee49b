"""The tables of wallet.db, numbered."""
