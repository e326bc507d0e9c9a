package chattest

// LimitWindows is how many windows the limiter remembers.
func (s *Service) LimitWindows() int {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	return len(s.limiter.windows)
}
