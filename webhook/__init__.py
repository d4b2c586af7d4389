"""Without this package no event could come in: it turns a request into a recorded event and a job, or a refusal."""
