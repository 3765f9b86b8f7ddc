"""What the service keeps: API keys, feedback and jobs. In: a database URL. Out: ``engine.Store`` and its tables."""
