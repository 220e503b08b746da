//go:build tools

package tools

import _ "github.com/containerd/containerd/v2/cmd/containerd"
