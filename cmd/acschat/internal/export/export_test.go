package export

import (
	"maps"
	"os"
	"slices"

	"github.com/acschat/acs-chat-go/chat"
)

// Opened is the part of a state that open checks.
type Opened struct {
	Messages     int
	MessageBytes int64
}

// OpenState opens the export of a thread in a directory, as Run does first.
func OpenState(thread *chat.ThreadClient, dir string) (resumed bool, _ Opened, err error) {
	x := &Export{Thread: thread, dir: dir}
	resumed, err = x.open()
	if x.messages != nil {
		defer func() { _ = x.messages.file.Close() }()
	}
	return resumed, Opened{x.state.Messages, x.state.MessageBytes}, err
}

// OpenChanges opens the file of changes to append to it, and returns the cursor in it.
func OpenChanges(name string) (string, error) {
	file, from, err := openChanges(name)
	if err != nil {
		return "", err
	}
	return string(from), file.Close()
}

// Missing returns which of the ids no line of a file of messages has, as an export that catches up asks.
func Missing(name string, ids ...string) ([]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	moved := map[string]chat.Message{}
	for _, id := range ids {
		moved[id] = chat.Message{}
	}
	x := &Export{messages: &growingFile{file: file, size: info.Size()}}
	err = x.removeWritten(moved)
	return slices.Sorted(maps.Keys(moved)), err
}

// WritePage writes the page of the files in a directory, and returns its name.
func WritePage(dir string) (name string, err error) {
	x := &Export{dir: dir}
	return x.path(pageFile + partSuffix), x.writePage()
}
