// Package browser has nothing but a test: it looks at the inspector as a person does, in a browser.
package browser
