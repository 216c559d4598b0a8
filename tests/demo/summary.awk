# SPDX-License-Identifier: BSD-2-Clause
#
# Reads lines "SPI party packets bytes"; prints the demo's summary, writes it to
# the file json too, and exits with 1 unless all parties agree.
#
#   spis    file of lines "SPI out|in name"
#   others  file of lines "count name": frames on the wire that are no ESP
#   checks  file of TAP: what tshark found

{
	packets[$1, $2] = $3
	bytes[$1, $2] = $4
}

function agree(spi, party) {
	return packets[spi, party] == packets[spi, "wire"] && packets[spi, "wire"] > 0
}

function row(spi, dir, name,   i, p, good, line) {
	printf "\n  0x%08x %-3s %-18s", spi, dir, name
	good = 1
	line = ""
	for (i = 1; i <= parties; i++) {
		p = party[i]
		printf " %8s", packets[spi, p] == "" ? "-" : packets[spi, p]
		if (!agree(spi, p))
			good = 0
		line = line sprintf(",\n      \"%s\": {\"packets\": %d, \"bytes\": %d}", p,
			packets[spi, p], bytes[spi, p])
	}
	printf "\n  %-33s", "                     bytes"
	for (i = 1; i <= parties; i++)
		printf " %8s", bytes[spi, party[i]] == "" ? "-" : bytes[spi, party[i]]
	# Both count whole frames, without FCS.
	if (wire == "card" && bytes[spi, "card"] != bytes[spi, "wire"])
		good = 0
	if (!good)
		bad = 1
	printf "  %s", good ? "agree" : "DIFFER"
	printf("%s\n    {\"spi\": \"0x%08x\", \"dir\": \"%s\", \"name\": \"%s\", \"agree\": %s%s}",
		first++ ? "," : "", spi, dir, name, good ? "true" : "false", line) > json
}

END {
	parties = split((wire == "card" ? "card driver " : "") "kernel peer wire", party, " ")
	printf("{\n  \"kernel\": \"%s\",\n  \"sas\": [", kernel) > json
	printf "\nVallum under Linux %s\n\n  %-33s", kernel, "SA           packets as seen by"
	for (i = 1; i <= parties; i++)
		printf " %8s", party[i]
	while ((getline text < spis) > 0) {
		split(text, f, " ")
		sub(/^[^ ]+ [^ ]+ /, "", text)
		row(f[1], f[2], text)
		rows++
	}
	if (!rows)
		bad = 1
	printf "\n\n  wire and card count whole frames, driver and kernels what each of them handles\n\n"
	printf "\n  ],\n  \"not_esp\": {" > json
	while ((getline text < others) > 0) {
		n = text + 0
		sub(/^[^ ]+ /, "", text)
		printf "  %6d x %s\n", n, text
		printf("%s\"%s\": %d", comma++ ? ", " : "", text, n) > json
	}
	printf "},\n  \"checks\": {" > json
	printf "  were not ESP: they serve the link, before and beside any SA\n\n"
	comma = 0
	while ((getline text < checks) > 0) {
		if (text !~ /^(not )?ok - /) {
			print "        " text
			continue
		}
		good = text !~ /^not/
		found++
		if (!good)
			bad = 1
		sub(/^(not )?ok - /, "", text)
		printf "  %-4s %s\n", good ? "yes" : "NO", text
		printf("%s\n    \"%s\": %s", comma++ ? "," : "", text,
			good ? "true" : "false") > json
	}
	if (found < 6)
		bad = 1
	printf("\n  },\n  \"passed\": %s\n}\n", bad ? "false" : "true") > json
	if (bad)
		print "\n  FAILED: what disagrees is marked above\n"
	else
		print "\n  All of it held: build/demo/wire.pcap opens in Wireshark with build/demo/esp_sa\n"
	exit bad
}
