"""Who offers what, under which plan and workflow, when: searched, listed, and why not."""
