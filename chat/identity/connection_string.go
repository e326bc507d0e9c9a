package identity

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

type connectionString struct {
	endpoint string
	key      []byte
}

const connectionStringForm = `a whole one looks like "endpoint=https://<resource>.communication.azure.com/;accesskey=<key>"`

// parseConnectionString takes a connection string apart. Its errors name the part that is wrong and never quote one: any of
// them may be the key, put in the wrong place.
func parseConnectionString(text string) (connectionString, error) {
	var none connectionString
	fault := func(reason string) error { return &chat.ArgumentError{Name: "connectionString", Reason: reason} }
	switch {
	case strings.TrimSpace(text) == "":
		return none, fault("is empty: is the variable set that it comes from?")
	case strings.Contains(text, "://") && !strings.Contains(text, "="):
		return none, fault("is only the endpoint: " + connectionStringForm)
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=") // the first one: a key ends with others
		if !ok {
			return none, fault(`has a part without "="`)
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "endpoint" && name != "accesskey" {
			continue
		}
		if _, doubled := values[name]; doubled {
			return none, fault("has more than one " + name)
		}
		values[name] = strings.TrimSpace(value)
	}
	for _, name := range []string{"endpoint", "accesskey"} {
		if values[name] == "" {
			return none, fault("has no " + name + ": " + connectionStringForm)
		}
	}
	key, err := decodeKey(values["accesskey"])
	if err != nil {
		return none, fault("holds an accesskey that " + err.Error())
	}
	endpoint := values["endpoint"]
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	return connectionString{endpoint: endpoint, key: key}, nil
}

// decodeKey reads an access key. Padding may be missing: a double click on a key leaves it behind.
// Its errors are the second half of a sentence about the key, and do not show it.
func decodeKey(text string) ([]byte, error) {
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
	switch {
	case err != nil:
		return nil, errors.New("must be base64, as the portal shows it")
	case len(key) == 0:
		return nil, errors.New("must not be empty")
	}
	return key, nil
}
