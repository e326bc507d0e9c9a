package identity

import (
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
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
		return none, fault("is empty: is the environment variable set?")
	case strings.Contains(text, "://") && !strings.Contains(text, "="):
		return none, fault("is only the endpoint: " + connectionStringForm)
	}
	if err := secret.CheckConnectionString(text); err != nil {
		return none, fault(err.Error())
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=") // the first one: a key ends with others
		if !ok {
			return none, fault(`has a part without "=": ` + connectionStringForm)
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
	key, err := secret.DecodeKey(values["accesskey"])
	if err != nil {
		return none, fault("holds an accesskey that " + err.Error())
	}
	endpoint := values["endpoint"]
	if err := secret.Alone("URL", endpoint); err != nil {
		return none, fault("has an endpoint that " + err.Error())
	}
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	return connectionString{endpoint: endpoint, key: key}, nil
}
