package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml"
)

// pathKeys are the settings of a hypervisor that name files which have to be there before a guest starts.
var pathKeys = []string{"path", "kernel", "image", "initrd", "firmware", "virtio_fs_daemon"}

// readConfig reads a configuration file and, in the order of their names, the drop-ins in config.d beside it: a
// setting of a later file replaces the one before, as Kata's shims do it.
func readConfig(path string) (map[string]any, error) {
	config, err := readTOML(path)
	if err != nil {
		return nil, err
	}
	dropIns, err := filepath.Glob(filepath.Join(filepath.Dir(path), "config.d", "*.toml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(dropIns)
	for _, dropIn := range dropIns {
		changes, err := readTOML(dropIn)
		if err != nil {
			return nil, err
		}
		merge(config, changes)
	}
	return config, nil
}

func readTOML(path string) (map[string]any, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration file: %w", err)
	}
	config, err := toml.LoadBytes(content)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration file %s: %w", path, err)
	}
	return config.ToMap(), nil
}

func merge(config, changes map[string]any) {
	for key, change := range changes {
		table, isTable := change.(map[string]any)
		existing, wasTable := config[key].(map[string]any)
		if isTable && wasTable {
			merge(existing, table)
		} else {
			config[key] = change
		}
	}
}

// checkFiles looks whether the files are there that a hypervisor would open.
func checkFiles(config map[string]any) error {
	hypervisors, _ := config["hypervisor"].(map[string]any)
	if len(hypervisors) == 0 {
		return fmt.Errorf("no hypervisor is configured")
	}
	for _, name := range slices.Sorted(maps.Keys(hypervisors)) {
		settings, _ := hypervisors[name].(map[string]any)
		for _, key := range pathKeys {
			file, _ := settings[key].(string)
			if file == "" {
				continue
			}
			if _, err := os.Stat(file); err != nil {
				return fmt.Errorf("%s of hypervisor %s: %w", key, name, err)
			}
		}
	}
	return nil
}
