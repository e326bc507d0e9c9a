//go:build conformance

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// browser is headless Chromium and the page that it shows.
type browser struct {
	ctx    context.Context
	bundle []byte // the script of the page
}

// findBrowser returns what CHROMIUM names, or the first browser that there is. Its error says what to install for the client to run in it.
func findBrowser(ctx context.Context, js *client) (string, error) {
	if err := js.find(ctx); err != nil {
		return "", err
	}
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("it wants Chromium: install it, or name one in CHROMIUM")
}

// startBrowser starts Chromium, which ends with the test. It trusts the certificates of the emulators.
func startBrowser(t *testing.T, chromium string, js *client, emulators ...*emulator) *browser {
	t.Helper()
	b := &browser{}
	var err error
	if b.bundle, err = bundle(t.Context(), js); err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(emulators))
	for i, e := range emulators {
		if keys[i], err = e.publicKey(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("ignore-certificate-errors-spki-list", strings.Join(keys, ",")),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		cancelAllocator()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	b.ctx = ctx
	return b
}

// bundle makes one script of the page and of the official client in its build for browsers.
func bundle(ctx context.Context, js *client) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := js.command(ctx, filepath.Join("node_modules", ".bin", "esbuild"), []string{"page.mjs", "--bundle", "--format=esm"}, nil)
	cmd.Stderr = &stderr
	script, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("esbuild: %w\n%s", err, stderr.Bytes())
	}
	return script, nil
}

// run evaluates an expression on a page, waits for its promise and decodes the result.
func run[T any](ctx context.Context, expression string) (value T, err error) {
	written, err := chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => JSON.stringify(await ("+expression+")) ?? 'null')()", chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(written), &value)
	}
	return value, err
}
