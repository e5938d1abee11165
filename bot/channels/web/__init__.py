"""The chat page, the source pages and what belongs to them: a FastAPI application without a build step."""
