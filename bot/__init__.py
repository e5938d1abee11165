"""IOP-lotsen: a chat assistant that answers questions about idéburet offentligt partnerskap with sourced quotes."""
