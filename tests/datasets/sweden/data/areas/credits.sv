Län och koder: exempelkällan, CC0 1.0.
