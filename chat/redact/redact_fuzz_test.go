package redact_test

import (
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/redact"
)

// FuzzText checks that no form of a secret survives between arbitrary lines, and that a second pass changes nothing.
func FuzzText(f *testing.F) {
	const core = "c2VjcmV0c2VjcmV0c2VjcmV0"
	forms := []string{
		"eyJhbGciOiJub25lIn0.eyJleHAiOjF9." + core,
		"eyJhbGciOiJub25lIn0=.eyJ+leHAi/OjF9.+/" + core + "==",
		"eyJhbGciOiJkaXIifQ..aXY." + core + ".dGFn",
		"eyJhbGciOiJub25lIn0%3D.eyJ%2BleHAi%2FOjF9." + core,
		`{"accessToken":{"token":"eyJhbGci\/iJub25lIn0.\u002B.` + core + `"}}`,
		"Authorization: Bearer " + core,
		"Bearer " + core,
		"X-Skypetoken: " + core,
		`{"token":"` + core + `"}`,
		"endpoint=https://host/;accesskey=" + core + "==",
		"accesskey=+/" + core + ";endpoint=https://host/",
		`"accessKey": "` + core + `"`,
		core + strings.Repeat("aB3+/x", 10) + "Zz==",
		core + strings.Repeat("aB3x", 7) + "JQQJ99BDACULYCpXAAAAAAAAAZCS1234",
		"https://host/x?sp=r&sig=" + core + "%3D&se=1",
		"Authorization: HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=" + core + "=",
		`{"sig":"` + core + `"}`,
	}
	for i, form := range forms {
		f.Add(form, uint(i), "")
		f.Add("sig=", uint(i), form)
		f.Add("token: Bearer ", uint(i), `"\`)
		f.Add(`"authorization":["`, uint(i), "eyJ.")
	}
	f.Fuzz(func(t *testing.T, before string, form uint, after string) {
		text := before + "\n" + forms[form%uint(len(forms))] + "\n" + after
		if out := redact.Text(text); strings.Contains(out, core) && !strings.Contains(before+after, core) {
			t.Errorf("%q became %q", text, out)
		}
		for _, text := range []string{text, before, before + after} {
			once := redact.Text(text)
			if twice := redact.Text(once); twice != once {
				t.Errorf("%q became %q, and that %q", text, once, twice)
			}
		}
	})
}
