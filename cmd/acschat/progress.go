package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work is, on a terminal and nowhere else. Nil shows nothing.
type progress struct {
	bar     *progressbar.ProgressBar
	noun    string
	started time.Time
	before  int // done before it began
	ended   bool
}

// newProgress makes the bar of a piece of work. It returns nil where a bar would be in the way: stderr is no terminal, or results
// appear on the same one.
func (o *output) newProgress(b *bulk) *progress {
	if !isTerminal(os.Stderr) || o.format != formatTable && isTerminal(os.Stdout) {
		return nil
	}
	total := b.total
	if total == 0 {
		total = -1
	}
	p := &progress{noun: b.noun, started: time.Now(), before: b.skip, bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false), // it does not know the limits
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionClearOnFinish(),
	)}
	p.show(b.skip, 0)
	return p
}

// show tells how many pieces are done, how fast it goes, and how long the rest will take at the least.
func (p *progress) show(done int, left time.Duration) {
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

// end takes the bar away, once.
func (p *progress) end() {
	if p != nil && !p.ended {
		p.ended = true
		_ = p.bar.Clear()
	}
}
