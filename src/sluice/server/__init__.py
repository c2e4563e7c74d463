"""The gateway: HTTP wires, sign-in, policies, threads, the vault and the model providers."""
