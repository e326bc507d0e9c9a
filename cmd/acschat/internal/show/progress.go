package show

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows the progress of long work on a terminal. A nil Progress shows nothing.
type Progress struct {
	bar     *progressbar.ProgressBar
	noun    string
	started time.Time
	before  int // done before it began
	ended   bool
}

// NewProgress starts a progress bar of total items, of which skip are done; a total of 0 is unknown. It returns nil if stderr is not
// a terminal, or if results appear on the same terminal.
func (o *Output) NewProgress(noun string, total, skip int) *Progress {
	if !IsTerminal(o.Err) || o.Format != Table && IsTerminal(o.Out) {
		return nil
	}
	if total == 0 {
		total = -1
	}
	p := &Progress{noun: noun, started: time.Now(), before: skip, bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(o.Err),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false), // it does not know the rate limits
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionClearOnFinish(),
	)}
	p.Show(skip, 0)
	return p
}

// Show shows how many items are done, the rate, and the least time that the rest takes.
func (p *Progress) Show(done int, left time.Duration) {
	if p == nil {
		return
	}
	text := p.noun
	if seconds := time.Since(p.started).Seconds(); done > p.before && seconds >= 1 {
		text += fmt.Sprintf(", %.0f a minute", float64(done-p.before)/seconds*60)
	}
	if left >= time.Second {
		text += ", " + left.Round(time.Second).String() + " left"
	}
	p.bar.Describe(text)
	_ = p.bar.Set(done)
}

// End removes the bar. It may be called more than once.
func (p *Progress) End() {
	if p != nil && !p.ended {
		p.ended = true
		_ = p.bar.Clear()
	}
}
