/** Whether a pattern of containerd's `pod_annotations` names an annotation: Go's path.Match, where `*` stops at a `/`. */
export function annotationMatches(pattern: string, annotation: string): boolean {
  const source = pattern.replace(/\[(\^?)([^\]]+)\]|[*?]|[^*?[]+|\[/g, (part, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not}${set.replace(/[\\\]^]/g, '\\$&')}]`;
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`).test(annotation);
}

/** Whether a pattern names more than one annotation. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}
