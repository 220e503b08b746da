// Command stand-in-shim takes the place of Kata's shim where no guest can boot: it proves wiring, not isolation.
// Like Kata's it speaks the task service that containerd 1.7, 2.x and CRI-O know.
//
// It insists on everything that Kata's shim would need of a node: the configuration file that containerd names, the
// drop-ins beside it, and the programs and images that these name. Then it runs the Pod with runc, as a plain process.
// What it was given lies in the file stand-in-shim.json of the Pod's bundle.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	taskapi "github.com/containerd/containerd/api/runtime/task/v2"
	runtimeoptions "github.com/containerd/containerd/pkg/runtimeoptions/v1"
	"github.com/containerd/containerd/pkg/shutdown"
	"github.com/containerd/containerd/plugin"
	"github.com/containerd/containerd/runtime/v2/runc/manager"
	"github.com/containerd/containerd/runtime/v2/runc/task"
	"github.com/containerd/containerd/runtime/v2/shim"
	"github.com/containerd/ttrpc"
	"github.com/containerd/typeurl/v2"
)

// version is what the shim says it is; the build sets it.
var version = "unknown"

func main() {
	// Only containerd starts a shim; a person, or an installer, asks for its version.
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Printf("containerd-shim-kata-v2: stand-in shim, proves wiring, not isolation; version: %s, commit: none\n", version)
		return
	}
	shim.RunManager(context.Background(), manager.NewShimManager("io.containerd.kata-stand-in.v2"))
}

// standIn is runc's task service behind a check of what Kata would need.
type standIn struct{ taskapi.TaskService }

func (s standIn) RegisterTTRPC(server *ttrpc.Server) error {
	taskapi.RegisterTaskService(server, s)
	return nil
}

func (s standIn) Create(ctx context.Context, request *taskapi.CreateTaskRequest) (*taskapi.CreateTaskResponse, error) {
	given, err := readGiven(request)
	if err != nil {
		return nil, fmt.Errorf("stand-in shim: %w", err)
	}
	if err := record(request.Bundle, given); err != nil {
		return nil, fmt.Errorf("stand-in shim: %w", err)
	}
	// They are Kata's and not runc's.
	request.Options = nil
	if err := leaveScoreToGuest(request.Bundle); err != nil {
		return nil, fmt.Errorf("stand-in shim: %w", err)
	}
	return s.TaskService.Create(ctx, request)
}

// leaveScoreToGuest takes out of a container's spec what Kata leaves to the guest's kernel: a score for the case that
// memory runs out. CRI-O asks for one that not every machine lets runc set.
func leaveScoreToGuest(bundle string) error {
	file := filepath.Join(bundle, "config.json")
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	spec := map[string]json.RawMessage{}
	process := map[string]json.RawMessage{}
	if err := json.Unmarshal(content, &spec); err != nil {
		return err
	}
	if err := json.Unmarshal(spec["process"], &process); err != nil {
		return err
	}
	delete(process, "oomScoreAdj")
	if spec["process"], err = json.Marshal(process); err != nil {
		return err
	}
	if content, err = json.Marshal(spec); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

// given is what this shim was started with.
type given struct {
	Shim       string         `json:"shim"`
	ConfigPath string         `json:"configPath"`
	Config     map[string]any `json:"config"`
}

func readGiven(request *taskapi.CreateTaskRequest) (*given, error) {
	if request.Options.GetValue() == nil {
		return nil, errors.New("containerd hands over no options")
	}
	decoded, err := typeurl.UnmarshalAny(request.Options)
	if err != nil {
		return nil, err
	}
	options, ok := decoded.(*runtimeoptions.Options)
	if !ok || options.ConfigPath == "" {
		return nil, fmt.Errorf("containerd hands over no ConfigPath but %v", decoded)
	}
	config, err := readConfig(options.ConfigPath)
	if err != nil {
		return nil, err
	}
	if err := checkFiles(config); err != nil {
		return nil, fmt.Errorf("%s: %w", options.ConfigPath, err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &given{Shim: self, ConfigPath: options.ConfigPath, Config: config}, nil
}

func record(bundle string, given *given) error {
	content, err := json.MarshalIndent(given, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(bundle, "stand-in-shim.json"), content, 0o644)
}

func init() {
	plugin.Register(&plugin.Registration{
		Type:     plugin.TTRPCPlugin,
		ID:       "task",
		Requires: []plugin.Type{plugin.EventPlugin, plugin.InternalPlugin},
		InitFn: func(ic *plugin.InitContext) (any, error) {
			publisher, err := ic.GetByID(plugin.EventPlugin, "publisher")
			if err != nil {
				return nil, err
			}
			service, err := ic.GetByID(plugin.InternalPlugin, "shutdown")
			if err != nil {
				return nil, err
			}
			runc, err := task.NewTaskService(ic.Context, publisher.(shim.Publisher), service.(shutdown.Service))
			if err != nil {
				return nil, err
			}
			return standIn{runc}, nil
		},
	})
}
