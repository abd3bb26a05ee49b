"""Widgets of our own. Text from outside goes in as plain strings and comes out through satchel.text."""
