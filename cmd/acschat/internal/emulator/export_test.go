package emulator

// ReadFile reads the file of a flag.
var ReadFile = readFile

// ReadAddress reads a ready file.
func ReadAddress(file string) (endpoint, connectionString string, err error) {
	a, err := readAddress(file)
	if err != nil {
		return "", "", err
	}
	return a.Endpoint, a.ConnectionString, nil
}
