"""The only wiring: settings -> knowledge, dialogs, store, channels. Import its modules where they are used."""
