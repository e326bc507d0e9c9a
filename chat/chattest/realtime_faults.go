package chattest

// onConnection reports whether a fault has members that apply only to open connections.
func (f Fault) onConnection() bool {
	return f.Event != "" || f.LoseEvent || f.DuplicateEvent || f.ReorderEvent || f.MessageLoss || f.WithholdAcknowledgement || f.DropSocket
}

// losesEvent reports whether the fault drops the events that it hits.
func (f Fault) losesEvent() bool {
	return f.LoseEvent || f.Delay == 0 && !f.DuplicateEvent && !f.ReorderEvent
}

// withholds reports whether the fault drops the acknowledgements that it hits.
func (f Fault) withholds() bool {
	return f.WithholdAcknowledgement || f.Delay == 0 && !f.MessageLoss
}
