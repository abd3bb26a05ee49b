"""The pages of `satchel learn`: one file a topic, plain text with Markdown headings and commands that run."""
