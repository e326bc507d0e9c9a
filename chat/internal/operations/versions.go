package operations

// ChatVersions lists the versions of the chat API, oldest first, as recorded in June 2025.
func ChatVersions() []string {
	return []string{
		"2021-03-07", "2021-04-05-preview6", "2021-09-07", "2023-04-01-preview", "2023-07-01-preview", "2023-11-07", "2023-11-15-preview",
		"2024-03-01-preview", "2024-03-07", "2024-03-15-preview", "2024-06-05-preview", "2025-03-15",
	}
}

// IdentityVersions lists the versions of the identity API, oldest first: as recorded in June 2025, and those published later.
func IdentityVersions() []string {
	return append([]string{
		"2020-07-20-preview2", "2021-03-07", "2021-10-31-preview", "2021-11-01", "2022-06-01", "2022-10-01", "2023-10-01",
	}, teamsExtensionVersions()...)
}

// teamsUserVersions are those that have the exchange of a Teams user's token.
func teamsUserVersions() []string {
	return append([]string{"2021-10-31-preview", "2022-06-01", "2022-10-01", "2023-10-01"}, teamsExtensionVersions()...)
}

func teamsExtensionVersions() []string {
	return []string{"2025-03-02-preview", "2025-06-30", "2026-07-22", "2026-09-23"}
}
