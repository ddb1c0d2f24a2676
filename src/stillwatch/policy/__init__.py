"""Who may use which tool and model, and what happens otherwise: written rules that end."""
