// Package input reads files and stdin. Reads end with the context.
package input

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Stdin is the file name that stands for stdin.
const Stdin = "-"

// ErrNotUTF8 rejects text that others would read as something else.
var ErrNotUTF8 = errors.New("it is not UTF-8")

// Name returns the name of a file for messages.
func Name(file string) string {
	if file == Stdin {
		return "stdin"
	}
	return file
}

// Open opens a file, or stdin for "-".
func Open(file string, stdin io.Reader) (io.ReadCloser, error) {
	if file == Stdin {
		return io.NopCloser(stdin), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, cli.Misuse("%v", err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, cli.Misuse("%s is a directory", file)
	}
	return f, nil
}

// Read reads the text of a file, or of stdin for "-", of at most limit bytes. A byte order mark is removed; text that is not UTF-8 is
// rejected.
func Read(ctx context.Context, file string, stdin io.Reader, limit int64) (string, error) {
	f, err := Open(file, stdin)
	if err != nil {
		return "", err
	}
	defer f.Close()
	type result struct {
		text []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(f, limit+1))
		read <- result{text, err}
	}()
	select {
	case r := <-read:
		if r.err == nil && int64(len(r.text)) > limit {
			r.err = cli.Misuse("%s is longer than %d KB", Name(file), limit>>10)
		}
		if r.err != nil {
			return "", r.err
		}
		return decode(file, string(r.text))
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// decode removes a byte order mark, and rejects text that is not UTF-8 or has a NUL character, as no text file has.
func decode(file, text string) (string, error) {
	text, err := checkStart(file, text)
	if err != nil {
		return "", err
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		switch {
		case !utf8.ValidString(line):
			return "", cli.Misuse("%s, line %d: %v", Name(file), number, ErrNotUTF8)
		case strings.Contains(line, "\x00"):
			return "", cli.Misuse("%s, line %d: it contains a NUL character", Name(file), number)
		}
	}
	return text, nil
}

// checkStart removes a byte order mark from the start of a file, and rejects documents of Office and UTF-16, which Windows programs write.
func checkStart(file, start string) (string, error) {
	const zip, office97 = "PK\x03\x04", "\xd0\xcf\x11\xe0"
	if strings.HasPrefix(start, zip) || strings.HasPrefix(start, office97) {
		return "", cli.Misuse("%s is a document of Office or an archive: save its text as UTF-8", Name(file))
	}
	firstLine, _, _ := strings.Cut(start, "\n")
	if strings.HasPrefix(start, "\xff\xfe") || strings.HasPrefix(start, "\xfe\xff") || strings.Contains(firstLine, "\x00") {
		return "", cli.Misuse("%s is UTF-16: save it as UTF-8", Name(file))
	}
	return strings.TrimPrefix(start, "\ufeff"), nil
}

// maxLine exceeds the longest message with every character escaped.
const maxLine = 1 << 20

// Lines yields the lines of a file as they arrive, without line ends and a byte order mark. Documents of Office and UTF-16 are rejected.
// Lines that are not UTF-8 are for the caller to reject. When the context ends, a read that is still blocked is left to its goroutine.
func Lines(ctx context.Context, file string, r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		first := true
		for line, err := range lines(ctx, r) {
			if first && err == nil {
				line, err = checkStart(file, line)
			}
			first = false
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

func lines(ctx context.Context, r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		type result struct {
			line string
			err  error
		}
		read := make(chan result)
		left := make(chan struct{})
		defer close(left)
		go func() {
			defer close(read)
			scanner := bufio.NewScanner(r)
			scanner.Buffer(nil, maxLine)
			number := 0
			for scanner.Scan() {
				number++
				select {
				case read <- result{line: scanner.Text()}:
				case <-left:
					return
				}
			}
			if err := scanner.Err(); err != nil {
				select {
				case read <- result{err: fmt.Errorf("line %d: %w", number+1, err)}:
				case <-left:
				}
			}
		}()
		for {
			select {
			case r, ok := <-read:
				if !ok || !yield(r.line, r.err) || r.err != nil {
					return
				}
			case <-ctx.Done():
				yield("", ctx.Err())
				return
			}
		}
	}
}
