"""What every chat shares: what is answered, when it is sent, and what becomes of it when the process dies."""
