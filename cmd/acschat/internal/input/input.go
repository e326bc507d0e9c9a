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

// Read reads a file, or stdin for "-", of at most limit bytes.
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
		return string(r.text), r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// CheckUTF8 rejects the content of a file that is not UTF-8, and names the line.
func CheckUTF8(file, content string) error {
	number := 0
	for line := range strings.Lines(content) {
		if number++; !utf8.ValidString(line) {
			return cli.Misuse("%s, line %d: %v", Name(file), number, ErrNotUTF8)
		}
	}
	return nil
}

// maxLine exceeds the longest message with every character escaped.
const maxLine = 1 << 20

// Lines yields lines as they arrive. When the context ends, a read that is still blocked is left to its goroutine.
func Lines(ctx context.Context, r io.Reader) iter.Seq2[string, error] {
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
