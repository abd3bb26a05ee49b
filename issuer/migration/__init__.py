"""The issuer database's numbered SQL files."""
