"""Why a posting got its role: what spoke for it, what against, and where."""
