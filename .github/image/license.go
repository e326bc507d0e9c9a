package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// license is a file with a license of the program or of what it contains.
type license struct {
	name string
	text []byte
}

// readLicenses reads the files in a directory, in the order of their names. There are none if dir is empty.
func readLicenses(dir string) ([]license, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var licenses []license
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		licenses = append(licenses, license{entry.Name(), text})
	}
	if licenses == nil {
		return nil, fmt.Errorf("%s has no files", dir)
	}
	return licenses, nil
}
