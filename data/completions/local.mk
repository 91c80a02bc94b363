# SPDX-License-Identifier: LGPL-2.1-or-later
# Completions, where each shell looks for them. What they offer comes from "pairwardctl complete".
prw_bash_completions = data/completions/bash/pairwardctl
prw_fish_completions = data/completions/fish/pairwardctl.fish data/completions/fish/pairward-attach.fish \
	data/completions/fish/pairward-prompt.fish data/completions/fish/pairwardd.fish
prw_zsh_completions = data/completions/zsh/_pairward
EXTRA_DIST += $(prw_bash_completions) $(prw_fish_completions) $(prw_zsh_completions)
if INSTALL_BASH_COMPLETION
bashcompletion_DATA = $(prw_bash_completions)
endif
if INSTALL_FISH_COMPLETION
fishcompletion_DATA = $(prw_fish_completions)
endif
if INSTALL_ZSH_COMPLETION
zshcompletion_DATA = $(prw_zsh_completions)
endif

# bash looks for a file of the program's name; one of ours is for all of them.
prw_bash_also = pairward-attach pairward-prompt pairwardd
install-data-hook:
	test -z "$(bashcompletiondir)" || for name in $(prw_bash_also); do \
	  (cd "$(DESTDIR)$(bashcompletiondir)" && rm -f $$name && $(LN_S) pairwardctl $$name) || exit; done
uninstall-hook:
	test -z "$(bashcompletiondir)" || for name in $(prw_bash_also); do rm -f "$(DESTDIR)$(bashcompletiondir)/$$name"; done
