package limits

// Remembered returns how many windows and lines a limiter with its own store keeps.
func Remembered(l *Limiter) (windows, lines int) {
	m := l.store.(*memory)
	m.mu.Lock()
	defer m.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(m.used), len(l.lines)
}
