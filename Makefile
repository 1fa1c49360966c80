# Thin: each target names the command that does the work. Build folders are build/<preset>, see CMakePresets.json.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BUILD := build/release
# Rooms that do not link CAF: Debian's is not built for ThreadSanitizer, which then sees races in it.
TSAN_ROOMS := core config http http_compat media_server media_worker metrics

.PHONY: help setup build deb package-test newcomer-test container-test demo test lint sanitize tsan fuzz scan bench soak alarms chaos screenshots format clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what is missing: Debian packages, npm packages, clips
	@ops/setup.sh all

build: setup ## Build everything, optimised
	cmake --preset release
	cmake --build --preset release

deb: build ## The Debian packages camwall and camwall-demo, in build/release/packages
	cd $(BUILD) && cpack

package-test: deb ## Install, run, upgrade and purge them on fresh Debian roots; as root, with network
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/package/test_package.py tests/package/test_guide.py

newcomer-test: deb ## Of those the one that follows docs/guide/install.md, command by command
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/package/test_guide.py

container-test: build ## Build the image with buildah and run it as ops/container/compose.yaml says; as root, with network (needs buildah)
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/package/test_container.py

demo: build ## Sixteen simulated cameras and their wall on http://127.0.0.1:8080
	$(BUILD)/camwall demo

test: build ## Unit, integration and browser tests, in this order
	@ops/test.sh

lint: ## Format, clang-tidy, headers, includes, shell, JavaScript types, text
	@ops/setup.sh packages npm
	@ops/lint.sh

sanitize: setup ## Unit and integration tests under ASan and UBSan
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev -L 'unit|fuzz|integration'

tsan: ## Unit tests and the abuse of HTTP and WebSockets under ThreadSanitizer, without those that use actors
	@ops/setup.sh packages
	cmake --preset tsan -DCAMWALL_SIMULATOR=OFF
	cmake --build --preset tsan --target http_testbed $(addprefix unit_,$(TSAN_ROOMS))
	ctest --preset tsan -R '^(unit\.($(subst $() ,|,$(TSAN_ROOMS)))|integration\.(http|websocket)_abuse)$$'

fuzz: SECONDS := 60
fuzz: ## Parsers of ours get hostile input for SECONDS=60 (needs clang-16 and libclang-rt-16-dev)
	cmake --preset fuzz
	cmake --build --preset fuzz
	CAMWALL_BUILD=$(abspath build/fuzz) tests/fuzz/run.py --seconds $(SECONDS)

scan: SECONDS := 900
scan: build ## wapiti and sqlmap at every route for about SECONDS=900, as nobody and as viewer (needs wapiti and sqlmap)
	CAMWALL_BUILD=$(abspath $(BUILD)) tests/security/scan.py --seconds $(SECONDS) --into build/scan

bench: build ## Figures beside nginx (needs nginx and wrk) and beside ffmpeg; WebSocket viewers; scrapes; still pictures
	tests/bench/http_vs_nginx.sh
	tests/bench/workers_vs_ffmpeg.py
	CAMWALL_BUILD=$(abspath $(BUILD)) tests/bench/websocket_fan.py
	CAMWALL_BUILD=$(abspath $(BUILD)) tests/bench/scrape.py
	CAMWALL_BUILD=$(abspath $(BUILD)) tests/bench/snapshots.py

soak: SECONDS := 600
soak: build ## A wall, its open page under faults, the memory of browsers, each for SECONDS=600: nothing grows, a restart is survived
	tests/bench/soak.py --seconds $(SECONDS)
	CAMWALL_BUILD=$(abspath $(BUILD)) node tests/bench/page_soak.mjs $(SECONDS)
	CAMWALL_BUILD=$(abspath $(BUILD)) node tests/bench/page_memory.mjs $(SECONDS)

alarms: MINUTES := 10
alarms: build ## Sixteen normal cameras for MINUTES=10: no false alarm
	CAMWALL_BUILD=$(abspath $(BUILD)) tests/bench/false_alarms.py --minutes $(MINUTES)

chaos: build ## COUNT faults, drawn by SEED, against a live wall; then all must be as before. KILLS of a server that writes
	CAMWALL_BUILD=$(abspath $(BUILD)) /usr/bin/python3 tests/chaos/chaos.py --count $(or $(COUNT),500) --seed $(or $(SEED),1)
	CAMWALL_BUILD=$(abspath $(BUILD)) CAMWALL_KILLS=$(or $(KILLS),201) /usr/bin/python3 -m pytest -q -s -p no:cacheprovider -k killed tests/integration/test_cameras_api.py

screenshots: build ## Pictures of the page, phone to 4K, in build/screenshots; fails where something overlaps or is cut
	npm run screenshots

format: ## Format all C++ files
	git ls-files -co --exclude-standard -- '*.cpp' '*.hpp' | xargs clang-format-16 -i

clean: ## Remove what builds made; packages and node_modules stay
	rm -rf build
