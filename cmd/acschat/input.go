package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
)

// fromStdin is the name of a file that stands for stdin.
const fromStdin = "-"

func inputName(file string) string {
	if file == fromStdin {
		return "stdin"
	}
	return file
}

// openInput opens a file, or stdin for "-".
func openInput(file string) (io.ReadCloser, error) {
	if file == fromStdin {
		return io.NopCloser(os.Stdin), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, misuse("%v", err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, misuse("%s is a directory", file)
	}
	return f, nil
}

// readInput reads a file, or stdin for "-", that holds no more than limit bytes. It ends with the context, which a read does not.
func readInput(ctx context.Context, file string, limit int64) (string, error) {
	f, err := openInput(file)
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
			r.err = misuse("%s is longer than %d KB", inputName(file), limit>>10)
		}
		return string(r.text), r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// maxLine is more than the longest message, escaped to the utmost.
const maxLine = 1 << 20

// lines reads lines as they come. It ends with the context, which a read does not: the goroutine that reads stays behind until the
// process ends.
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
