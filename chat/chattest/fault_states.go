package chattest

// faultState is an injected fault at one moment.
type faultState struct {
	*InjectedFault
	seen, fired int
	removed     bool
}

// states lists the present states of the faults that may still hit a request.
func (f *faults) states() (states []faultState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.injected {
		if !i.spent() {
			states = append(states, faultState{i, i.seen, i.fired, i.removed})
		}
	}
	return states
}

// restore restores the states of the faults, and removes those injected since.
func (f *faults) restore(states []faultState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.injected {
		i.removed = true
	}
	f.injected = nil
	for _, s := range states {
		s.InjectedFault.seen, s.InjectedFault.fired, s.InjectedFault.removed = s.seen, s.fired, s.removed
		f.injected = append(f.injected, s.InjectedFault)
	}
}
